namespace Hazina.Payments.Reconciliation;

/// <summary>What is wrong with a statement's file, and where: nothing of it is taken.</summary>
sealed class StatementFault : Exception
{
    public StatementFault() { }

    public StatementFault(string message)
        : base(message) { }

    public StatementFault(string message, Exception innerException)
        : base(message, innerException) { }

    /// <param name="line">Of the file, from 1.</param>
    /// <param name="column">As its heading says; null: the line as a whole.</param>
    /// <param name="detail">What follows in a sentence: <c>must be …</c>.</param>
    public StatementFault(int line, string? column, string detail)
        : base($"Line {line}{(column is null ? "" : $", column {column}")} {detail}.") => (Line, Column, Detail) = (line, column, detail);

    public int Line { get; }

    public string? Column { get; }

    public string Detail { get; } = "cannot be read";
}
