using System.ComponentModel;
using Hazina.Identity.Codes;
using Hazina.Identity.SigningIn;
using Hazina.Identity.Users;
using Hazina.Platform.Messages;
using Microsoft.AspNetCore.Http;

namespace Hazina.Identity.Registration;

/// <summary>How far a registration is.</summary>
enum RegistrationStatus
{
    PendingVerification,
    Active,
}

[Description("A registration.")]
sealed record RegistrationAnswer(
    [property: Description("Send it back with the code. When verified, it is the person's id.")] Guid Id,
    RegistrationStatus Status,
    [property: Description("Where the code was sent.")] MessageChannel? SentBy,
    [property: Description("Until when the code can be used.")] DateTimeOffset? ExpiresAt
)
{
    [Description("Always registration.")]
    public string Object => "registration";
}

/// <summary>How often codes are sent: nobody's telephone is to be filled by others, and messages cost money.</summary>
static class RegistrationLimits
{
    static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    public static Limit[] Of(string address, HttpContext context)
    {
        var network = Throttle.Network(context.Connection.RemoteIpAddress);
        return
        [
            new Limit($"code {address} from {network}", 5, Hour),
            new Limit($"code {address}", 20, Hour),
            new Limit($"code from {network}", 300, Hour),
        ];
    }
}

/// <summary>What people are told while they register.</summary>
static class RegistrationMessages
{
    public static Message Code(Contact contact, NewCode code) =>
        new(
            contact.Channel,
            contact.Value,
            "Your code",
            $"{code.Text} is your code to finish your registration. {code.HowLong} If you have not asked for it, somebody has mistyped "
                + "their address: there is nothing to do."
        );

    public static Message Known(Contact contact) =>
        new(
            contact.Channel,
            contact.Value,
            "You have an account",
            "Somebody, maybe you, has tried to register with this address. It has an account already: sign in, or set a new password if you have "
                + "forgotten it. If it was not you, there is nothing to do."
        );
}
