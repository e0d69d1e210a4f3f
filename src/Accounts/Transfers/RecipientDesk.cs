using Dapper;
using Hazina.Accounts.Holdings;
using Hazina.Identity;
using Hazina.Money;
using Hazina.Platform.Counting;
using Hazina.Platform.Http;
using Hazina.Platform.Postgres;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace Hazina.Accounts.Transfers;

/// <summary>
/// Finds to whom money is to go. Each look-up counts, found or not, before it is made; and nobody, no account in the currency and a closed one are
/// answered alike: whoever tries numbers learns little, and not for long.
/// </summary>
sealed class RecipientDesk(
    Database database,
    AccountDesk desk,
    CustomerAccounts accounts,
    ICounters counters,
    IOptions<AccountsOptions> options,
    TimeProvider time
)
{
    static readonly TimeSpan Window = TimeSpan.FromHours(1);

    /// <param name="text">An account's number, a phone number, an e-mail address or a username.</param>
    public async Task<(RecipientRow Row, Refusal? Refusal)> LookUp(HttpContext context, string text, Currency currency)
    {
        var (caller, stop, now) = (Caller.Of(context), context.RequestAborted, time.GetUtcNow());
        if (TooMany(context, counters, options.Value) is { } tooMany)
            return (null!, tooMany);
        var account = await Find(caller.Book, text.Trim(), currency, stop);
        var who = account is null ? null : await desk.People.FindById(account.Holder, stop);
        if (account is null || who is null || account.IsClosed || account.Currency != currency)
            return (null!, Refusals.NoSuchRecipient.Because("Nobody who can be sent this currency was found.", "/to"));

        var row = new RecipientRow(
            Guid.CreateVersion7(now),
            account.Id,
            MaskedName.Of(who.Name, who.IsOrganization),
            now + options.Value.RecipientLifetime
        );
        await using var connection = await database.Writer("accounts").OpenConnectionAsync(stop);
        await connection.ExecuteAsync(
            new CommandDefinition(
                InsertWriterSql,
                new
                {
                    row.Id,
                    asker = caller.Id,
                    row.AccountId,
                    row.Name,
                    row.ExpiresAt,
                },
                cancellationToken: stop
            )
        );
        return (row, null);
    }

    /// <summary>One that whoever asks has looked up lately.</summary>
    public async Task<(RecipientRow Row, Refusal? Refusal)> Find(HttpContext context, Guid recipient, string pointer)
    {
        await using var connection = await database.Writer("accounts").OpenConnectionAsync(context.RequestAborted);
        var row = await connection.QuerySingleOrDefaultAsync<RecipientRow>(
            new CommandDefinition(
                FindWriterSql,
                new
                {
                    recipient,
                    asker = Caller.Of(context).Id,
                    now = time.GetUtcNow(),
                },
                cancellationToken: context.RequestAborted
            )
        );
        return row is null
            ? (null!, Refusals.NoSuchRecipient.Because("The recipient was not looked up, or too long ago.", pointer))
            : (row, null);
    }

    public async Task Sweep(CancellationToken stop)
    {
        await using var connection = await database.Writer("accounts").OpenConnectionAsync(stop);
        await connection.ExecuteAsync(new CommandDefinition(SweepWriterSql, new { now = time.GetUtcNow() }, cancellationToken: stop));
    }

    async Task<CustomerAccount?> Find(string book, string text, Currency currency, CancellationToken stop)
    {
        if (text.Length == 12 && text.All(char.IsAsciiDigit))
            return await accounts.FindByNumber(book, text, stop);
        return await desk.People.FindByContact(text, stop) is { } person ? await accounts.DefaultOf(book, person.Id, currency, stop) : null;
    }

    /// <summary>Counts a look-up; a no where there were too many.</summary>
    public static Refusal? TooMany(HttpContext context, ICounters counters, AccountsOptions options)
    {
        var (caller, most, address) = (Caller.Of(context), options.RecipientsPerHour, context.Connection.RemoteIpAddress);
        // By whom it is for: who makes more keys has no more look-ups.
        var own = counters.Take($"recipients:{caller.KeyOfPerson ?? caller.KeyOfOrganization ?? caller.Id}", most, Window);
        if (!own.IsGranted)
            return Wait(own);
        // Somebody with many accounts of their own.
        var near = counters.Take($"recipients:{address}", most * 20L, Window);
        return near.IsGranted ? null : Wait(near);

        static Refusal Wait(Taken taken) =>
            Refusals.TooManyLookUps.Because("Recipients were looked up too often.") with
            {
                RetryAfter = taken.Until,
            };
    }

    const string InsertWriterSql = """
        insert into accounts.recipients (id, asker, account_id, name, expires_at) values (@id, @asker, @accountId, @name, @expiresAt)
        """;

    const string FindWriterSql = """
        select id, account_id, name, expires_at from accounts.recipients where id = @recipient and asker = @asker and expires_at > @now
        """;

    const string SweepWriterSql = "delete from accounts.recipients where expires_at <= @now";
}

/// <summary>Somebody who was looked up.</summary>
sealed record RecipientRow(Guid Id, Guid AccountId, string Name, DateTimeOffset ExpiresAt);
