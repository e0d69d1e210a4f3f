namespace Hazina.Simulator.Orders;

/// <summary>What became of an order, in the words of each vendor.</summary>
/// <param name="Code">M-Pesa's ResultCode.</param>
/// <param name="Text">M-Pesa's ResultDesc.</param>
/// <param name="BankCode">What a bank calls the failure.</param>
sealed record Outcome(string Code, string Text, string BankCode)
{
    public static Outcome Ok { get; } = new("0", "The service request is processed successfully.", "");
    public static Outcome Insufficient { get; } = new("1", "The balance is insufficient for the transaction.", "insufficient_funds");
    public static Outcome PartyUnavailable { get; } = new("17", "The receiving party is unavailable.", "recipient_unavailable");
    public static Outcome Locked { get; } =
        new("1001", "Unable to lock subscriber, a transaction is already in process for the current subscriber.", "locked");
    public static Outcome Expired { get; } = new("1019", "Transaction has expired.", "expired");
    public static Outcome Cancelled { get; } = new("1032", "Request cancelled by user.", "cancelled");
    public static Outcome Timeout { get; } = new("1037", "DS timeout user cannot be reached.", "timeout");
    public static Outcome WrongPin { get; } = new("2001", "The initiator information is invalid.", "wrong_pin");
    public static Outcome NameMismatch { get; } = new("2", "The name is not the account's.", "name_mismatch");
    public static Outcome AlreadyReversed { get; } = new("R000001", "The transaction has already been reversed.", "already_reversed");
    public static Outcome NothingToReverse { get; } = new("R000002", "The OriginalTransactionID is invalid.", "not_found");

    public bool IsOk => Code == "0";

    /// <summary>What a behaviour ends in once whoever is asked has said yes.</summary>
    public static Outcome Of(Behaviour behaviour, Rail rail, BookKind kind) =>
        behaviour switch
        {
            Behaviour.Insufficient => Insufficient,
            Behaviour.WrongPin => WrongPin,
            Behaviour.Cancelled or Behaviour.ForgedCallback => Cancelled,
            Behaviour.Timeout or Behaviour.FailedThenPaid => Timeout,
            Behaviour.Expired => Expired,
            Behaviour.PartyUnavailable => PartyUnavailable,
            Behaviour.Locked => Locked,
            Behaviour.NameMismatch when rail != Rail.Mpesa && kind == BookKind.Payout => NameMismatch,
            _ => Ok,
        };
}
