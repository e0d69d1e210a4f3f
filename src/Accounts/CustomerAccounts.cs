using Dapper;
using Hazina.Accounts.Activities;
using Hazina.Accounts.Holdings;
using Hazina.Accounts.Limits;
using Hazina.Ledger;
using Hazina.Money;
using Hazina.Platform.Http;
using Hazina.Platform.Postgres;

namespace Hazina.Accounts;

/// <summary>
/// Customers' accounts as modules above deal with them: whose an account is, the accounts of the house, and the rows that have to commit with what moves
/// money on one. Thread-safe.
/// </summary>
public sealed class CustomerAccounts
{
    readonly Database database;
    readonly Chart chart;
    readonly Opening opening;
    readonly LimitDesk limits;

    internal CustomerAccounts(Database database, Chart chart, Opening opening, LimitDesk limits) =>
        (this.database, this.chart, this.opening, this.limits) = (database, chart, opening, limits);

    /// <summary>Opens an account for a person or an organisation; the first one in a currency becomes the default one.</summary>
    /// <param name="id">Chosen by the caller: opened again under it, the account is there once.</param>
    /// <exception cref="InvalidOperationException">The ledger took it for something else, or has no time; the message has its word.</exception>
    public async Task<CustomerAccount> Open(
        Guid id,
        string book,
        HolderType holderType,
        Guid holder,
        AccountKind kind,
        Currency currency,
        CancellationToken cancellation = default
    )
    {
        var outcome = await opening.Open(id, book, new Holder(holderType, holder), kind, currency, nickname: null, cancellation);
        return outcome.IsPosted && await Find(book, id, cancellation) is { } account
            ? account
            : throw new InvalidOperationException($"The account {id} was not opened: {outcome.Code}.");
    }

    /// <summary>What may leave an account, for a posting that takes so much out of it to somebody else.</summary>
    /// <param name="account">Whose.</param>
    /// <param name="amount">In its currency.</param>
    /// <param name="toNewRecipient">Whether little may go there yet.</param>
    /// <returns>What the posting has to carry; or a no, where it is too much at once.</returns>
    public async Task<(OutgoingLimits? Limits, Refusal? Refusal)> LimitsOf(
        CustomerAccount account,
        Amount amount,
        bool toNewRecipient = false,
        CancellationToken cancellation = default
    )
    {
        ArgumentNullException.ThrowIfNull(account);
        await using var connection = await database.Writer("accounts").OpenConnectionAsync(cancellation);
        var row = await connection.QuerySingleAsync<AccountRow>(
            new CommandDefinition(FindWriterSql, new { account.Book, account = account.Id }, cancellationToken: cancellation)
        );
        var hold = await limits.Of(row, cancellation);
        return hold.TooMuchAtOnce(amount) is { } no
            ? (null, no)
            : (
                new OutgoingLimits(hold.Conditions(toNewRecipient), (outcome, conditions) => limits.Exceeded(hold, outcome, conditions)),
                null
            );
    }

    /// <summary>An account of a customer; null when the book has none with this id.</summary>
    public Task<CustomerAccount?> Find(string book, Guid account, CancellationToken cancellation = default) =>
        One(FindWriterSql, new { book, account }, cancellation);

    /// <summary>By its number, 12 digits.</summary>
    public async Task<CustomerAccount?> FindByNumber(string book, string number, CancellationToken cancellation = default) =>
        AccountNumber.IsRight(number) ? await One(FindByNumberWriterSql, new { book, number }, cancellation) : null;

    /// <summary>Where money in a currency comes that names a person or an organisation; null when they have no account in it.</summary>
    public Task<CustomerAccount?> DefaultOf(string book, Guid holder, Currency currency, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(currency);
        return One(
            DefaultWriterSql,
            new
            {
                book,
                holder,
                currency = currency.Code,
            },
            cancellation
        );
    }

    /// <summary>An account of the house, by its ledger id; opened where it is not there yet.</summary>
    public Task<Guid> House(string book, Currency currency, SystemAccount account, CancellationToken cancellation = default) =>
        chart.Of(book, currency, account, cancellation);

    /// <summary>What happened, in the holder's words: for <see cref="Posting.WhenPosted"/> (or WhenRefused, with a status that is not completed).</summary>
    /// <param name="posting">The posting's id.</param>
    /// <param name="entry">One for each account of a customer that it touches.</param>
    public static AlongsideRow Activity(Guid posting, ActivityEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        return ActivityRows.Insert(posting, entry);
    }

    /// <summary>
    /// What becomes of something pending, in the posting that ends it. Where it was ended before, that posting ends as <see cref="OutcomeStatus.Conflict"/>.
    /// </summary>
    /// <param name="posting">The posting's id.</param>
    /// <param name="account">The account that it is about.</param>
    /// <param name="activity">The entry's id.</param>
    /// <param name="status">Completed, failed or cancelled.</param>
    /// <param name="amount">What it came to, where that is another amount.</param>
    public static AlongsideRow EndActivity(Guid posting, Guid account, Guid activity, ActivityStatus status, decimal? amount = null) =>
        status == ActivityStatus.Pending
            ? throw new ArgumentException("What ends is not pending.", nameof(status))
            : ActivityRows.End(posting, account, activity, status, amount);

    async Task<CustomerAccount?> One(string sql, object values, CancellationToken cancellation)
    {
        await using var connection = await database.Writer("accounts").OpenConnectionAsync(cancellation);
        var row = await connection.QuerySingleOrDefaultAsync<AccountRow>(
            new CommandDefinition(sql, values, cancellationToken: cancellation)
        );
        return row?.Public();
    }

    const string FindWriterSql = $"select {AccountRow.Columns} from accounts.accounts a where a.id = @account and a.book = @book";

    const string FindByNumberWriterSql =
        $"select {AccountRow.Columns} from accounts.accounts a where a.number = @number and a.book = @book";

    const string DefaultWriterSql = $"""
        select {AccountRow.Columns}
          from accounts.defaults f join accounts.accounts a on a.id = f.account_id
         where f.owner_id = @holder and f.book = @book and f.currency = @currency
        """;
}

/// <summary>An account of a customer.</summary>
/// <param name="Id">Also of its ledger account.</param>
/// <param name="Number">12 digits.</param>
/// <param name="Book"><c>live</c> or <c>sandbox</c>.</param>
/// <param name="Holder">The person or organisation.</param>
public sealed record CustomerAccount(
    Guid Id,
    string Number,
    string Book,
    HolderType HolderType,
    Guid Holder,
    AccountKind Kind,
    Currency Currency,
    bool IsClosed
);

/// <summary>The limits of a posting that takes money out of an account.</summary>
public sealed record OutgoingLimits
{
    readonly Func<Outcome, IReadOnlyList<Condition>, Refusal> why;

    internal OutgoingLimits(IReadOnlyList<Condition> conditions, Func<Outcome, IReadOnlyList<Condition>, Refusal> why) =>
        (Conditions, this.why) = (conditions, why);

    /// <summary>For <see cref="Posting.Conditions"/>, these first.</summary>
    public IReadOnlyList<Condition> Conditions { get; }

    /// <summary>What is left and when it begins anew, where the posting was refused for <see cref="Hazina.Ledger.Refusals.TurnoverExceeded"/>.</summary>
    public Refusal Exceeded(Outcome outcome)
    {
        ArgumentNullException.ThrowIfNull(outcome);
        return why(outcome, Conditions);
    }
}
