namespace Strata.Workflows.Expressions;

/// <summary>How much text one evaluation may still make: a short expression can repeat itself into gigabytes.</summary>
internal sealed class TextBudget
{
    private long _left = Expression.ResultBytesMax;

    /// <exception cref="ExpressionException">It is used up.</exception>
    public void Spend(int characters)
    {
        _left -= (long)characters * sizeof(char);
        if (_left < 0)
        {
            throw new ExpressionException($"The result is larger than {Expression.ResultBytesMax >> 20} MiB.");
        }
    }
}
