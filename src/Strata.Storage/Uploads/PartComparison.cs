namespace Strata.Storage.Uploads;

/// <summary>Reads the blob and finds which of the recorded parts are still right: their bytes need not be sent again.</summary>
internal static class PartComparison
{
    public static async Task<IReadOnlyList<PartRow>> SameAsync(UploadWork work, IReadOnlyList<PartRow> recorded, CancellationToken cancellationToken)
    {
        var candidates = UploadPlan.Candidates(work.Layout, recorded);
        if (candidates.Count == 0)
        {
            return [];
        }

        var differs = new bool[candidates.Count];
        await Parallel.ForEachAsync(
            Pieces(),
            new ParallelOptions { MaxDegreeOfParallelism = work.Options.SealedAhead, CancellationToken = cancellationToken },
            async (at, stop) =>
            {
                var part = candidates[at.Part];
                if (!differs[at.Part] && await work.DigestAsync(part.FirstPiece + at.Piece, stop).ConfigureAwait(false) != part.Pieces[at.Piece].Digest)
                {
                    differs[at.Part] = true;
                }
            }).ConfigureAwait(false);
        var same = new List<PartRow>();
        for (var i = 0; i < candidates.Count; i++)
        {
            if (!differs[i])
            {
                same.Add(candidates[i]);
                work.Progress.Resumed(candidates[i].Length);
            }
        }

        return same;

        IEnumerable<(int Part, int Piece)> Pieces()
        {
            for (var part = 0; part < candidates.Count; part++)
            {
                for (var piece = 0; piece < candidates[part].Pieces.Count; piece++)
                {
                    yield return (part, piece);
                }
            }
        }
    }
}
