namespace Hazina.Identity;

/// <summary>How people sign in. Bound from the section <c>Identity</c>.</summary>
public sealed record IdentityOptions
{
    /// <summary>The pepper in Base64, at least 32 bytes; the same for all servers on a database. It wins over <see cref="PepperFile"/>.</summary>
    public string? Pepper { get; set; }

    /// <summary>A file that holds the pepper, made where it is missing; <c>keys/password-pepper</c> in the data folder when nothing is said.</summary>
    public string? PepperFile { get; set; }

    /// <summary>bcrypt's cost, 10 to 16: each step doubles the work of who signs in and of who guesses.</summary>
    public int PasswordCost { get; set; } = 12;

    /// <summary>A session that is not used for so long ends.</summary>
    public TimeSpan SessionIdle { get; set; } = TimeSpan.FromHours(24);

    /// <summary>A session ends after so long, used or not.</summary>
    public TimeSpan SessionLength { get; set; } = TimeSpan.FromDays(30);

    /// <summary>How long a code that was sent can be used.</summary>
    public TimeSpan CodeLifetime { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>How long a confirmation counts, for acts that ask for one.</summary>
    public TimeSpan ConfirmationLifetime { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>How long a new e-mail address or phone number waits before it takes effect, so that whoever reads the old one can stop it.</summary>
    public TimeSpan ContactCoolingOff { get; set; } = TimeSpan.FromDays(1);

    /// <summary>How long the wish to be erased waits before it takes effect.</summary>
    public TimeSpan ErasureCoolingOff { get; set; } = TimeSpan.FromDays(7);

    /// <summary>How long a registration waits for its code.</summary>
    public TimeSpan RegistrationLifetime { get; set; } = TimeSpan.FromDays(7);
}
