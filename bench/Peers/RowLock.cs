namespace Hazina.Bench.Peers;

/// <summary>The row-lock function of <c>row-lock.sql</c>.</summary>
sealed class RowLock(bool hot = false)
    : SingleTransfers(
        hot ? "row-lock-hot" : "row-lock",
        "row-lock.sql",
        "plpgsql function: lock both rows, check, update, insert" + (hot ? "; into one account" : ""),
        "select transfer($1, $2, $3, $4)",
        hot
    )
{
    protected override bool IsPosted(object? answer) => answer is (short)0;
}
