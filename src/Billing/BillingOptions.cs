namespace Hazina.Billing;

/// <summary>How fees are kept. Bound from the section <c>Billing</c> of the settings.</summary>
public sealed class BillingOptions
{
    /// <summary>For how long a server goes by the fees that it knows before it looks for newer ones.</summary>
    public TimeSpan KnownFor { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>From a fee's approval to its first moment: longer than any server takes to know it.</summary>
    public TimeSpan Notice { get; set; } = TimeSpan.FromSeconds(15);

    internal bool IsInTime => KnownFor > TimeSpan.Zero && Notice >= KnownFor + KnownFor;
}
