using Strata.Workflows.Expressions;

namespace Strata.Workflows.Planning;

internal static class MatrixFilter
{
    /// <summary>Each leaf of the filter equals, loosely, what the combination has at the same path; what it lacks is null.</summary>
    public static bool Matches(Value actual, Value filter)
    {
        switch (filter)
        {
            case ObjectValue members:
                foreach (var (name, value) in members.Members)
                {
                    if (!Matches(actual is ObjectValue o ? o[name] : Value.Null, value))
                    {
                        return false;
                    }
                }

                return true;
            case ArrayValue array:
                for (var i = 0; i < array.Items.Count; i++)
                {
                    if (!Matches(actual is ArrayValue a && i < a.Items.Count ? a.Items[i] : Value.Null, array.Items[i]))
                    {
                        return false;
                    }
                }

                return true;
            default:
                return Value.LooseEquals(actual, filter);
        }
    }
}
