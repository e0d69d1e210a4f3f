using System.ComponentModel;
using Dapper;
using Hazina.Identity.Activities;
using Hazina.Identity.Codes;
using Hazina.Identity.SigningIn;
using Hazina.Identity.Users;
using Hazina.Platform.Http;
using Hazina.Platform.Messages;
using Hazina.Platform.Postgres;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Hazina.Identity.Passwords;

/// <summary><c>POST /v1/auth/password/forgot</c></summary>
static class ForgotPassword
{
    static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapPost("/password/forgot", Post)
            .WithSummary("Ask for a code to set a new password")
            .WithDescription(
                "Sends a code to a verified address. The answer is the same, and takes as long, where nobody has the address; nothing is sent then."
            )
            .Produces<Answer>(StatusCodes.Status202Accepted);

    [Description("Who has forgotten a password: with an e-mail address or a phone number.")]
    public sealed record Request(
        [property: Description("An e-mail address, where no phone is given.")] string? Email = null,
        [property: Description("A phone number in E.164, where no e-mail address is given.")] string? Phone = null
    );

    [Description("A password that waits to be set.")]
    public sealed record Answer(
        [property: Description("Send it back with the code and the new password.")] Guid Id,
        [property: Description("Until when the code can be used.")] DateTimeOffset ExpiresAt
    )
    {
        [Description("Always password_reset.")]
        public string Object => "password_reset";
    }

    static async Task<IResult> Post(
        Request body,
        HttpContext context,
        Database database,
        CodeDesk codes,
        Throttle throttle,
        MessageOutbox messages,
        TimeProvider time
    )
    {
        var check = new Validation();
        var contact = Contact.OneOf(body.Email, body.Phone, check);
        if (check.Failed(out var refusal))
            return refusal;
        var stop = context.RequestAborted;
        var network = Throttle.Network(context.Connection.RemoteIpAddress);
        await using var connection = await database.Writer("identity").OpenConnectionAsync(stop);
        var person = await connection.QuerySingleOrDefaultAsync<Person>(
            new CommandDefinition(
                FindWriterSql,
                new
                {
                    address = contact!.Value,
                    network,
                    knownSince = Throttle.KnownSince(time.GetUtcNow()),
                },
                cancellationToken: stop
            )
        );
        if (await throttle.Take(stop, Limits(contact.Value, network, isKnownHere: person?.IsKnownHere == true)) is { } wait)
            return wait;

        var user = person?.Id;
        await using var transaction = await connection.BeginTransactionAsync(stop);
        var code = await codes.Make(connection, transaction, user, CodePurpose.PasswordReset, stop);
        await ActivityLog.Write(connection, transaction, user, ActivityType.PasswordResetAsked, context, time.GetUtcNow());
        await transaction.CommitAsync(stop);
        await messages.Put(MessageOf(contact, code) with { IsWithheld = user is null }, stop);
        return Results.Accepted(value: new Answer(code.Id, code.ExpiresAt));
    }

    /// <summary>Strangers who ask in somebody's name keep nobody from asking where the account was used before.</summary>
    static Limit[] Limits(string address, string network, bool isKnownHere) =>
        [
            new($"reset {address} from {network}", 5, Hour),
            new($"reset {address}", 20, Hour, Counts: !isKnownHere),
            new($"reset from {network}", 300, Hour),
        ];

    sealed record Person(Guid Id, bool IsKnownHere);

    static Message MessageOf(Contact contact, NewCode code) =>
        new(
            contact.Channel,
            contact.Value,
            "Your code for a new password",
            $"{code.Text} is your code to set a new password. {code.HowLong} If you have not asked for it, leave it: nothing has changed. "
                + "Nobody of ours will ever ask you for it."
        );

    const string FindWriterSql = $"""
        select u.id, {Throttle.IsKnownHere}
          from identity.users u
         where u.status = 'active'
           and (u.email = @address and u.email_verified_at is not null or u.phone = @address and u.phone_verified_at is not null)
        """;
}
