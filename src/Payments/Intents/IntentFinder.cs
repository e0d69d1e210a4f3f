using Hazina.Accounts;
using Hazina.Payments.Paying;
using Hazina.Platform.Http;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Http;

namespace Hazina.Payments.Intents;

/// <summary>Finds the intent that a request names, if whoever asks is its payer or its payee.</summary>
sealed class IntentFinder(IntentDesk desk, CustomerAccounts accounts)
{
    /// <summary>One's own, with the legs if one pays; staff sees every one of the book.</summary>
    public async Task<(Intent Intent, Refusal? Refusal)> See(HttpContext context, Guid id)
    {
        var caller = Caller.Of(context);
        if (await Own(context, id) is { } intent)
            return (intent, null);
        return caller.May(PaymentsPermissions.Read) && await desk.Find(caller.Book, id, context.RequestAborted) is { } any
            ? (any, null)
            : (null!, Refusals.NoSuchIntent.Because($"There is no intent {id}.", "intent"));
    }

    /// <summary>One's own; null where it is not there, or somebody else's.</summary>
    public async Task<Intent?> Own(HttpContext context, Guid id)
    {
        await using var own = await accounts.OpenOwn(context, "payments");
        return (await own.Query<Intent>(FindSql, new { id, Caller.Of(context).Book })).SingleOrDefault() is { } intent
            ? intent with
            {
                Legs = await own.Query<IntentLeg>(LegsSql, new { id }),
            }
            : null;
    }

    /// <summary>One of whose payer whoever asks may move the money.</summary>
    public async Task<(Intent Intent, Refusal? Refusal)> Paying(HttpContext context, Guid id)
    {
        var (intent, refusal) = await See(context, id);
        if (refusal is not null)
            return (null!, refusal);
        var no = (await accounts.Move(context, intent.PayerAccount, "intent")).Refusal;
        return no is null ? (intent, null)
            : no.Type.Status == StatusCodes.Status404NotFound
                ? (null!, Refusals.NotPayer.Because("Whoever asks moves no money of the payer's account.", "intent"))
            : (null!, no);
    }

    /// <summary>One of whose payee whoever asks may move the money.</summary>
    public async Task<(Intent Intent, Refusal? Refusal)> Paid(HttpContext context, Guid id)
    {
        var (intent, refusal) = await See(context, id);
        if (refusal is not null)
            return (null!, refusal);
        var no = (await accounts.Move(context, intent.PayeeAccount, "intent")).Refusal;
        return no is null ? (intent, null)
            : no.Type.Status == StatusCodes.Status404NotFound
                ? (null!, Refusals.NotPayee.Because("Whoever asks moves no money of the payee's account.", "intent"))
            : (null!, no);
    }

    /// <summary>As whoever asks is to see what has become of it.</summary>
    public async Task<IResult> Shown(HttpContext context, Intent intent) =>
        Results.Ok(IntentAnswer.Of(intent, await ViewerOf(context, intent)));

    async Task<Viewer> ViewerOf(HttpContext context, Intent intent)
    {
        if (Caller.Of(context).May(PaymentsPermissions.Read))
            return Viewer.Both;
        var seesPayer = (await accounts.See(context, intent.PayerAccount)).Account is not null;
        var seesPayee = (await accounts.See(context, intent.PayeeAccount)).Account is not null;
        return seesPayer && seesPayee ? Viewer.Both
            : seesPayer ? Viewer.Payer
            : Viewer.Payee;
    }

    const string FindSql = $"select {Intent.Columns} from payments.intents i where i.id = @id and i.book = @book";

    const string LegsSql = $"select {IntentLeg.Columns} from payments.intent_legs l where l.intent_id = @id order by l.position";
}
