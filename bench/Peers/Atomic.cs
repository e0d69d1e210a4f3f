namespace Hazina.Bench.Peers;

/// <summary>
/// The single statement of <c>atomic.sql</c>, prepared as it is: in a function of language SQL it would be planned anew at every call.
/// </summary>
sealed class Atomic(bool hot = false)
    : SingleTransfers(
        hot ? "atomic-hot" : "atomic",
        functions: null,
        "one SQL statement: conditional updates and inserts" + (hot ? "; into one account" : ""),
        Resource("atomic.sql"),
        hot
    )
{
    protected override bool IsPosted(object? answer) => answer is true;
}
