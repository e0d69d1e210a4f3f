using System.ComponentModel;
using Hazina.Identity.Codes;
using Hazina.Identity.Users;
using Hazina.Platform.Http;
using Hazina.Platform.Messages;

namespace Hazina.Identity.Contacts;

/// <summary>How far a change of an address is.</summary>
enum ContactChangeStatus
{
    Asked,
    Waiting,
    Done,
    Cancelled,
    Taken,
}

[Description("A change of an e-mail address or phone number.")]
sealed record ContactChange(
    [property: Description("Send it back with the code.")] Guid Id,
    MessageChannel Channel,
    [property: Description("The new one.")] string Address,
    [property: Description("asked: the code is awaited. waiting: it takes effect when it is due. taken: somebody else was first.")]
        ContactChangeStatus Status,
    DateTimeOffset CreatedAt,
    [property: Description("When it takes effect; until then the old address holds, and the change can be stopped.")] DateTimeOffset? DueAt
)
{
    [Description("Always contact_change.")]
    public string Object => "contact_change";
}

/// <summary>As the table has it.</summary>
sealed record ContactChangeRow(Guid Id, string Channel, string Address, string Status, DateTimeOffset CreatedAt, DateTimeOffset? DueAt)
{
    public ContactChange Answer() =>
        new(Id, Words.Read<MessageChannel>(Channel), Address, Words.Read<ContactChangeStatus>(Status), CreatedAt, DueAt);
}

/// <summary>What people are told while an address changes.</summary>
static class ContactMessages
{
    public static Message Code(Contact contact, NewCode code) =>
        new(
            contact.Channel,
            contact.Value,
            "Your code",
            $"{code.Text} is your code to use this address for your account. {code.HowLong} If you have not asked for it, somebody has "
                + "mistyped their address: there is nothing to do."
        );

    public static Message Known(Contact contact) =>
        new(
            contact.Channel,
            contact.Value,
            "You have an account",
            "Somebody, maybe you, wants to use this address for another account. It has an account already. If it was not you, there is nothing to do."
        );

    public static string Noun(MessageChannel channel) => channel == MessageChannel.Email ? "e-mail address" : "phone number";
}
