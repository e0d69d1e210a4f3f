namespace Hazina.Simulator;

/// <summary>A vendor.</summary>
public enum Rail
{
    /// <summary>M-Pesa's Daraja.</summary>
    Mpesa,

    /// <summary>KCB's Buni.</summary>
    Kcb,

    /// <summary>DTB, with PesaLink.</summary>
    Dtb,
}

/// <summary>What a vendor is asked for.</summary>
public enum Operation
{
    /// <summary>A token for the calls that follow.</summary>
    Token,

    /// <summary>Ask a customer for money: an STK push, a collection.</summary>
    Collect,

    /// <summary>Send money: B2C, a bank transfer.</summary>
    Payout,

    /// <summary>Send back what a customer paid.</summary>
    Reversal,

    /// <summary>What became of it.</summary>
    Query,

    /// <summary>Whose account it is.</summary>
    NameCheck,

    /// <summary>Where to call back.</summary>
    Register,

    /// <summary>No call of ours: a customer pays from their phone.</summary>
    CustomerPayment,
}

/// <summary>A call as the vendor sees it, before it is decided what it does.</summary>
/// <param name="Reference">Our id where the vendor takes one; of a query, the id that is asked for.</param>
/// <param name="Party">The customer's phone (254…) or account; empty where there is none.</param>
/// <param name="Amount">In shillings; 0 where there is none.</param>
/// <param name="Attempt">1 for the first call with this reference, 2 for the next. Always 1 where the vendor takes no reference.</param>
public sealed record SimulatedCall(Rail Rail, Operation Operation, string? Reference, string Party, decimal Amount, int Attempt = 1);
