using Hazina.Ledger.Http;
using Hazina.Ledger.Reading;
using Hazina.Ledger.Transactions;
using Hazina.Platform.Http;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Http;

namespace Hazina.Ledger.Accounts;

/// <summary>How the calls that change one account go: they name it in their path, and make a transaction of one step.</summary>
static class AccountChange
{
    /// <param name="account">The account's id, of the path.</param>
    /// <param name="said">What the body says beside the step.</param>
    /// <param name="kind">What the transaction is to the business.</param>
    /// <param name="step">The step, from the account as it stands and a collection for what is wrong.</param>
    public static async Task<IResult> Post(
        HttpContext context,
        Journal journal,
        BookReader reader,
        Guid account,
        Said said,
        string kind,
        Func<Standing, Validation, Step> step
    )
    {
        var book = Caller.Of(context).Book;
        if (await reader.Find(book, account, context.RequestAborted) is not { } standing)
            return Refusals.NoSuchAccount.Because($"The book {book} has no account {account}.", "account");

        var check = new Validation();
        var posting = new Posting
        {
            Id = check.Id(said.Id, "/id"),
            Book = book,
            Kind = kind,
            Steps = [step(standing, check)],
            Reference = check.OptionalText(said.Reference, "/reference", PostingRules.MaxReference),
            Description = check.OptionalText(said.Description, "/description", PostingRules.MaxDescription),
        };
        if (check.Failed(out var refusal))
            return refusal;
        check.Note(PostingRules.FirstFlaw(posting), Pointer);
        if (check.Failed(out refusal))
            return refusal;

        var outcome = await journal.Post(posting, context.RequestAborted);
        return outcome.Answer(context, Pointer, () => Results.Ok(PostedTransaction.Of(outcome, kind)));
    }

    static string Pointer(string field) =>
        field switch
        {
            "steps/0/account" => "account",
            "steps/0/freeze" => "/side",
            "book" or "kind" => "/id",
            _ when field.StartsWith("steps/0/", StringComparison.Ordinal) => field["steps/0".Length..],
            _ => "/" + field,
        };

    /// <param name="Id">The transaction's id.</param>
    public readonly record struct Said(Guid? Id, string? Reference, string? Description);
}
