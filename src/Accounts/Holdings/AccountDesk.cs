using Dapper;
using Hazina.Identity;
using Hazina.Ledger;
using Hazina.Platform.Http;
using Hazina.Platform.Postgres;
using Microsoft.AspNetCore.Http;

namespace Hazina.Accounts.Holdings;

/// <summary>Finds the account that a request names, if whoever asks may see it, and where it stands.</summary>
sealed class AccountDesk(Database database, People people, Books books, KeptAccounts kept, BalanceKeys told)
{
    public People People => people;

    public Books Books => books;

    /// <summary>Found out once a request, so that all of it goes by the same rights.</summary>
    public async Task<Access> Access(HttpContext context)
    {
        if (context.Features.Get<Access>() is { } known)
            return known;
        var found = await Holdings.Access.Of(context, people);
        context.Features.Set(found);
        return found;
    }

    /// <summary>One's own; staff sees every one of the book.</summary>
    public async Task<(AccountRow Row, Refusal? Refusal)> See(HttpContext context, Guid id)
    {
        var access = await Access(context);
        if (await Own(access, id, context.RequestAborted) is { } own)
            return (own, null);
        return access.Caller.May(AccountsPermissions.Read) && await Any(access.Book, id, context.RequestAborted) is { } any
            ? (any, null)
            : (null!, NoSuchAccount(id));
    }

    /// <summary>The same for what only shows it: it may be kept from a while ago, but for its balance.</summary>
    public async Task<(AccountRow Row, Refusal? Refusal)> Show(HttpContext context, Guid id)
    {
        var access = await Access(context);
        return
            await kept.Find(access.Book, id, context.RequestAborted) is { } row
            && (access.Sees(row.Holder) || access.Caller.May(AccountsPermissions.Read))
            ? (row, null)
            : (null!, NoSuchAccount(id));
    }

    /// <summary>One whose money whoever asks may move.</summary>
    public async Task<(AccountRow Row, Refusal? Refusal)> Move(HttpContext context, Guid id, string pointer = "account")
    {
        var access = await Access(context);
        if (await Own(access, id, context.RequestAborted) is not { } own)
            return (null!, NoSuchAccount(id, pointer));
        return access.May(own.Holder) ? (own, null) : (null!, Holdings.Access.Lacking(pointer));
    }

    public async Task<AccountRow?> Own(Access access, Guid id, CancellationToken stop)
    {
        await using var own = await access.Open(database, stop);
        return (await own.Query<AccountRow>(FindSql, new { id, access.Book })).SingleOrDefault();
    }

    /// <summary>Whoever's it is.</summary>
    public async Task<AccountRow?> Any(string book, Guid id, CancellationToken stop)
    {
        await using var connection = await database.Writer("accounts").OpenConnectionAsync(stop);
        return await connection.QuerySingleOrDefaultAsync<AccountRow>(
            new CommandDefinition(FindAnyWriterSql, new { id, book }, cancellationToken: stop)
        );
    }

    /// <summary>As the API shows it.</summary>
    public async Task<AccountAnswer> Answer(AccountRow row, CancellationToken stop) => AccountAnswer.Of(row, await Stand(row, stop));

    /// <summary>As the ledger has it at this moment; who reads the balance elsewhere is told, too.</summary>
    public async Task<AccountStand> Stand(AccountRow row, CancellationToken stop)
    {
        told.WasRead(row.Book, row.Id);
        return await books.Find(row.Book, row.Id, stop) ?? throw new InvalidOperationException($"The ledger lacks the account {row.Id}.");
    }

    public static Refusal NoSuchAccount(Guid id, string pointer = "account") =>
        Refusals.NoSuchAccount.Because($"There is no account {id}.", pointer);

    const string FindSql = $"select {AccountRow.Columns} from accounts.accounts a where a.id = @id and a.book = @book";

    const string FindAnyWriterSql = $"select {AccountRow.Columns} from accounts.accounts a where a.id = @id and a.book = @book";
}
