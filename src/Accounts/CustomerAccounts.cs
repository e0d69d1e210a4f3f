using System.Data;
using Dapper;
using Hazina.Accounts.Activities;
using Hazina.Accounts.Holdings;
using Hazina.Accounts.Limits;
using Hazina.Accounts.Transfers;
using Hazina.Ledger;
using Hazina.Money;
using Hazina.Platform.Counting;
using Hazina.Platform.Http;
using Hazina.Platform.Postgres;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace Hazina.Accounts;

/// <summary>
/// Customers' accounts as modules above deal with them: whose an account is, the accounts of the house, and the rows that have to commit with what moves
/// money on one. Thread-safe.
/// </summary>
public sealed partial class CustomerAccounts
{
    readonly Database database;
    readonly Chart chart;
    readonly Opening opening;
    readonly LimitDesk limits;
    readonly AccountDesk desk;
    readonly Passages passages;
    readonly ICounters counters;
    readonly IOptions<AccountsOptions> options;

    internal CustomerAccounts(
        Database database,
        Chart chart,
        Opening opening,
        LimitDesk limits,
        AccountDesk desk,
        Passages passages,
        ICounters counters,
        IOptions<AccountsOptions> options
    )
    {
        (this.database, this.chart, this.opening, this.limits, this.desk) = (database, chart, opening, limits, desk);
        (this.passages, this.counters, this.options) = (passages, counters, options);
    }

    /// <summary>An account that whoever asks may see: one's own, an organisation's, and for staff every one of the book; otherwise the no.</summary>
    public async Task<(CustomerAccount? Account, Refusal? Refusal)> See(HttpContext context, Guid account)
    {
        var (row, refusal) = await desk.See(context, account);
        return refusal is not null ? (null, refusal) : (row.Public(), null);
    }

    /// <summary>An account whose money whoever asks may move; otherwise the no.</summary>
    /// <param name="context">Of the request.</param>
    /// <param name="account">The account's id.</param>
    /// <param name="pointer">Where the request names it (<c>/from</c>).</param>
    public async Task<(CustomerAccount? Account, Refusal? Refusal)> Move(HttpContext context, Guid account, string pointer = "account")
    {
        var (row, refusal) = await desk.Move(context, account, pointer);
        return refusal is not null ? (null, refusal) : (row.Public(), null);
    }

    /// <summary>
    /// A transaction of another module that sees the rows of whoever asks (as a key: of whom it belongs to) and of organisations whose money they may see,
    /// as they are at one moment. It is for looking.
    /// </summary>
    /// <param name="context">Of the request.</param>
    /// <param name="module">Lower case; its policies go by <c>app.user_id</c> and <c>app.organizations</c>.</param>
    public async Task<OwnRows> OpenOwn(HttpContext context, string module)
    {
        ArgumentNullException.ThrowIfNull(context);
        var access = await desk.Access(context);
        return await OwnRows.Open(
            database,
            module,
            access.Person ?? Guid.Empty,
            access.Organizations.Keys,
            context.RequestAborted,
            IsolationLevel.RepeatableRead
        );
    }

    /// <summary>The same for what belongs to one account that was seen before: staff looks at others' as their holders do.</summary>
    public Task<OwnRows> OpenOwn(HttpContext context, string module, CustomerAccount account)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(account);
        var isPerson = account.HolderType == HolderType.User;
        return OwnRows.Open(
            database,
            module,
            isPerson ? account.Holder : Guid.Empty,
            isPerson ? [] : [account.Holder],
            context.RequestAborted,
            IsolationLevel.RepeatableRead
        );
    }

    /// <summary>What whoever asks may do with the money of a person or an organisation.</summary>
    public async Task<HolderRight> RightOf(HttpContext context, HolderType type, Guid holder)
    {
        ArgumentNullException.ThrowIfNull(context);
        var (access, who) = (await desk.Access(context), new Holder(type, holder));
        return access.May(who) ? HolderRight.Move
            : access.Sees(who) ? HolderRight.See
            : HolderRight.None;
    }

    /// <summary>Whether a text is an account's number as far as its check digits tell.</summary>
    public static bool IsNumber(string? text) => AccountNumber.IsRight(text);

    /// <summary>Takes a person's name out of what others read of payments and the like, when the person is erased.</summary>
    /// <param name="person">Whose own entries another hand takes care of.</param>
    /// <param name="sources">The payments' ids; a few thousand at once.</param>
    public async Task ForgetName(Guid person, IReadOnlyList<Guid> sources, CancellationToken cancellation = default)
    {
        await using var connection = await database.Writer("accounts").OpenConnectionAsync(cancellation);
        await connection.ExecuteAsync(
            new CommandDefinition(
                ForgetNameWriterSql,
                new
                {
                    person,
                    sources,
                    nobody = MaskedName.Of(null, isOrganization: false),
                },
                cancellationToken: cancellation
            )
        );
    }

    /// <summary>What a stranger is shown of who holds an account: a person's first name and initials, an organisation's name.</summary>
    public async Task<string> ShownName(CustomerAccount account, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(account);
        var who = await desk.People.FindById(account.Holder, cancellation);
        return MaskedName.Of(who?.Name, who?.IsOrganization ?? false);
    }

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

    /// <summary>Both sides of what whoever asks wants to pay, and what holds of it, by one question.</summary>
    /// <param name="context">Of the request.</param>
    /// <param name="from">The payer's account.</param>
    /// <param name="to">The payee's account; null where its number is known.</param>
    /// <param name="number">Its number, 12 digits.</param>
    /// <param name="pointer">Where the request names the payer's (<c>/from</c>).</param>
    /// <returns>The passage; a no where the payer's account is not there or not to be moved; neither where there is no open account to pay.</returns>
    public Task<(Passage? Passage, Refusal? Refusal)> Between(HttpContext context, Guid from, Guid? to, string? number, string pointer) =>
        passages.Between(context, from, to, to is null && !AccountNumber.IsRight(number!) ? null : number, pointer);

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
        AccountRow row;
        // Given back before another one is asked for: many who hold one and wait for a second would wait for each other.
        await using (var connection = await database.Writer("accounts").OpenConnectionAsync(cancellation))
            row = await connection.QuerySingleAsync<AccountRow>(
                new CommandDefinition(FindWriterSql, new { account.Book, account = account.Id }, cancellationToken: cancellation)
            );
        return OutgoingLimits.Of(await limits.Of(row, cancellation), limits, amount, toNewRecipient);
    }

    /// <summary>For a posting that lets go what was held under limits: that counts no more in the periods that go on.</summary>
    /// <param name="account">Whose money it is.</param>
    /// <param name="heldAt">Since when it was held.</param>
    public IReadOnlyList<Condition> GivesBack(CustomerAccount account, DateTimeOffset heldAt)
    {
        ArgumentNullException.ThrowIfNull(account);
        return limits.GivesBack(account.Id, account.Book, heldAt);
    }

    /// <summary>An account of a customer; null when the book has none with this id.</summary>
    public Task<CustomerAccount?> Find(string book, Guid account, CancellationToken cancellation = default) =>
        One(FindWriterSql, new { book, account }, cancellation);

    /// <summary>Whether little may go there yet: to somebody else, whom the payer's holder has not saved, or not for long enough.</summary>
    public async Task<bool> IsNewRecipient(CustomerAccount from, CustomerAccount to, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(from);
        ArgumentNullException.ThrowIfNull(to);
        if (from.Holder == to.Holder)
            return false;
        await using var connection = await database.Writer("accounts").OpenConnectionAsync(cancellation);
        return await connection.QuerySingleAsync<bool>(
            new CommandDefinition(
                IsNewWriterSql,
                new
                {
                    holder = from.Holder,
                    account = to.Id,
                    now = limits.Now,
                },
                cancellationToken: cancellation
            )
        );
    }

    /// <summary>Counts that whoever asks looks somebody up by a number or a name; a no where that was too often.</summary>
    public Refusal? CountLookUp(HttpContext context) => RecipientDesk.TooMany(context, counters, options.Value);

    /// <summary>By its number, 12 digits.</summary>
    public async Task<CustomerAccount?> FindByNumber(string book, string number, CancellationToken cancellation = default) =>
        AccountNumber.IsRight(number) ? await One(FindByNumberWriterSql, new { book, number }, cancellation) : null;

    /// <summary>Those that there are of many numbers; nobody's look-ups are counted.</summary>
    public async Task<IReadOnlyDictionary<string, CustomerAccount>> FindByNumbers(
        string book,
        IReadOnlyCollection<string> numbers,
        CancellationToken cancellation = default
    )
    {
        await using var connection = await database.Writer("accounts").OpenConnectionAsync(cancellation);
        var rows = await connection.QueryAsync<AccountRow>(
            new CommandDefinition(FindByNumbersWriterSql, new { book, numbers = numbers.ToArray() }, cancellationToken: cancellation)
        );
        return rows.ToDictionary(r => r.Number, r => r.Public(), StringComparer.Ordinal);
    }

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

    /// <summary>What happened, in the holder's words: for <see cref="Posting.WhenPosted"/> (or WhenRefused, with a status that is not completed).</summary>
    /// <param name="posting">The posting's id.</param>
    /// <param name="entry">One for each leg on a customer's account: a statement is made only where the entries' sides come to those of the legs.</param>
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

    const string IsNewWriterSql = """
        select not exists (select from accounts.beneficiaries b where b.owner_id = @holder and b.account_id = @account and b.trusted_at <= @now)
        """;

    const string ForgetNameWriterSql = """
        update accounts.activity a
           set counterparty = @nobody, description = replace(a.description, a.counterparty, @nobody)
         where a.source_id = any (@sources::uuid[]) and a.owner_id <> @person and a.counterparty is not null and a.counterparty <> @nobody
        """;

    const string FindByNumberWriterSql =
        $"select {AccountRow.Columns} from accounts.accounts a where a.number = @number and a.book = @book";

    const string FindByNumbersWriterSql =
        $"select {AccountRow.Columns} from accounts.accounts a where a.number = any (@numbers::text[]) and a.book = @book";

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

/// <summary>What somebody may do with a holder's money.</summary>
public enum HolderRight
{
    /// <summary>Not even see it.</summary>
    None,
    See,

    /// <summary>See it, too.</summary>
    Move,
}

/// <summary>The limits of a posting that takes money out of an account.</summary>
public sealed record OutgoingLimits
{
    readonly Func<Outcome, IReadOnlyList<Condition>, Refusal> why;

    OutgoingLimits(IReadOnlyList<Condition> conditions, Func<Outcome, IReadOnlyList<Condition>, Refusal> why) =>
        (Conditions, this.why) = (conditions, why);

    internal static (OutgoingLimits? Limits, Refusal? Refusal) Of(AccountLimits held, LimitDesk desk, Amount amount, bool toNewRecipient) =>
        held.TooMuchAtOnce(amount) is { } no
            ? (null, no)
            : (
                new OutgoingLimits(held.Conditions(toNewRecipient), (outcome, conditions) => desk.Exceeded(held, outcome, conditions)),
                null
            );

    /// <summary>For <see cref="Posting.Conditions"/>, these first.</summary>
    public IReadOnlyList<Condition> Conditions { get; }

    /// <summary>What is left and when it begins anew, where the posting was refused for <see cref="Hazina.Ledger.Refusals.TurnoverExceeded"/>.</summary>
    public Refusal Exceeded(Outcome outcome)
    {
        ArgumentNullException.ThrowIfNull(outcome);
        return why(outcome, Conditions);
    }
}

/// <summary>What a book's accounts in one currency stood at.</summary>
/// <param name="RecordedAt">The journal's time of the last batch by then.</param>
/// <param name="House">The house's accounts by name, debits less credits; those at zero may be missing.</param>
/// <param name="Owed">What customers have on accounts above zero, with what is reserved of it.</param>
/// <param name="Owing">What customers owe whose accounts are below zero.</param>
/// <param name="Others">Accounts that are neither customers' nor of the chart, debits less credits.</param>
public sealed record BookTotals(
    Currency Currency,
    DateTimeOffset RecordedAt,
    IReadOnlyDictionary<SystemAccount, decimal> House,
    decimal Owed,
    decimal Owing,
    decimal Others
);
