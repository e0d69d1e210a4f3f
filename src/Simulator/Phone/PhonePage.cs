using System.Globalization;
using System.Net;
using System.Text;

namespace Hazina.Simulator.Phone;

/// <summary>The phone as a page: prompts to answer, and what moved lately.</summary>
static class PhonePage
{
    const int Recent = 20;

    public static string Of(RailSimulator simulator)
    {
        var prompts = simulator.Prompts.Take(Recent).ToArray();
        var waiting = prompts.Where(p => p.State == PromptState.Waiting).ToArray();
        var isManual = simulator.Options.Phone == PhoneMode.Manual;
        var page = new StringBuilder(Head)
            .Append("<header><h1>Simulated phone</h1><p>")
            .Append(
                isManual
                    ? $"Prompts wait here for you. The PIN is <b>{Text(simulator.Options.Pin)}</b>."
                    : "Prompts answer themselves: the number chooses how."
            )
            .Append(" Nothing here is real money.</p></header><main><div><section><h2>Waiting</h2>");
        if (waiting.Length == 0)
            page.Append("<p class=none>No prompt is waiting.</p>");
        foreach (var prompt in waiting)
            page.Append(isManual ? Question(prompt) : Line(prompt));
        page.Append("</section>").Append(PayForm(simulator)).Append("</div><div><section><h2>Moved</h2>").Append(Balances(simulator.Book));
        var entries = simulator.Book.Entries.Reverse().Take(Recent).ToArray();
        if (entries.Length == 0)
            page.Append("<p class=none>Nothing yet.</p>");
        foreach (var entry in entries)
            page.Append(Line(entry));
        page.Append("</section><section><h2>Answered</h2>");
        var answered = prompts.Where(p => p.State != PromptState.Waiting).ToArray();
        if (answered.Length == 0)
            page.Append("<p class=none>None yet.</p>");
        foreach (var prompt in answered)
            page.Append(Line(prompt));
        return page.Append("</section></div></main>").Append(Foot).ToString();
    }

    static string Question(Prompt prompt) =>
        $"""
            <article class=prompt>
            <p class=who>{RailName(prompt.Rail)} · {Text(prompt.Party)}</p>
            <p class=sum>KES {Money(prompt.Amount)}</p>
            <p>{Text(prompt.Text)}</p>
            <form method=post action="/phone/prompts/{Text(prompt.Id)}/approve">
            <label>PIN <input name=pin type=password inputmode=numeric autocomplete=off maxlength=8 required></label>
            <button class=yes>Approve</button>
            <button class=no formnovalidate formaction="/phone/prompts/{Text(prompt.Id)}/cancel">Cancel</button>
            </form>
            <p class=small>until {Time(prompt.ExpiresAt)}</p>
            </article>
            """;

    static string Line(Prompt prompt) =>
        Row(
            $"{RailName(prompt.Rail)} · {Text(prompt.Party)}",
            $"KES {Money(prompt.Amount)}",
            $"{Time(prompt.At)} · {Text(prompt.Text)}",
            prompt.State switch
            {
                PromptState.Waiting => "waiting",
                PromptState.Approved => "approved",
                PromptState.WrongPin => "wrong PIN",
                PromptState.Cancelled => "cancelled",
                _ => "no answer",
            },
            prompt.State == PromptState.Approved
        );

    static string Line(BookEntry entry) =>
        Row(
            $"{RailName(entry.Rail)} · {Text(entry.Party)}",
            $"{(entry.Change > 0 ? "+" : "−")} {Money(entry.Amount)}",
            $"{Time(entry.At)} · {Text(entry.Receipt)} · {Text(entry.OurId ?? "")}",
            entry.Status == BookStatus.Reversed ? $"{Kind(entry.Kind)}, reversed" : Kind(entry.Kind),
            entry.Status == BookStatus.Moved
        );

    static string Row(string who, string sum, string small, string state, bool isGood) =>
        $"""
            <article class=line><p class=who>{who}</p><p class=sum>{sum}</p><p class=small>{small}</p><p class="state {(
                isGood ? "good" : ""
            )}">{state}</p></article>
            """;

    static string Balances(Book book) =>
        $"<p class=balances>{string.Join("", Enum.GetValues<Rail>().Select(r => $"<span>{RailName(r)} <b>{Money(book.Balance(r))}</b></span>"))}</p>";

    static string PayForm(RailSimulator simulator) =>
        $"""
            <section><h2>Pay by yourself</h2>
            <form class=pay method=post action="/phone/pay">
            <label>To <select name=shortcode><option value="{Text(simulator.Options.Credentials.MpesaShortCode)}">M-Pesa {Text(
                simulator.Options.Credentials.MpesaShortCode
            )}</option><option value="{Text(simulator.Options.Credentials.KcbShortCode)}">KCB {Text(
                simulator.Options.Credentials.KcbShortCode
            )}</option></select></label>
            <label>Account <input name=account required maxlength=40></label>
            <label>Amount <input name=amount inputmode=decimal required maxlength=10></label>
            <label>Phone <input name=phone inputmode=numeric required pattern="254[17][0-9]{"{8}"}" placeholder=2547… maxlength=12></label>
            <button class=yes>Pay</button>
            </form></section>
            """;

    static string RailName(Rail rail) =>
        rail switch
        {
            Rail.Mpesa => "M-Pesa",
            Rail.Kcb => "KCB",
            _ => "DTB",
        };

    static string Kind(BookKind kind) =>
        kind switch
        {
            BookKind.Collect => "collected",
            BookKind.C2b => "paid in",
            BookKind.Payout => "paid out",
            BookKind.Settlement => "settled",
            _ => "sent back",
        };

    static string Money(decimal amount) => amount.ToString("N2", CultureInfo.InvariantCulture);

    static string Time(DateTimeOffset at) => EastAfrica.Digits(at, "HH:mm:ss");

    static string Text(string text) => WebUtility.HtmlEncode(text);

    const string Head = """
        <!doctype html><html lang=en><head><meta charset=utf-8><title>Simulated phone</title>
        <meta name=viewport content="width=device-width, initial-scale=1"><meta name=color-scheme content="light dark">
        <link rel=icon href="data:,">
        <style>
        :root{--ink:#16211b;--soft:#5a675f;--page:#f3f5f2;--card:#fff;--edge:#d9dfda;--yes:#0b6b3a;--no:#8f2d20;--good:#0b6b3a}
        @media (prefers-color-scheme:dark){:root{--ink:#e8eee9;--soft:#9aa8a0;--page:#111613;--card:#1a211d;
        --edge:#323c36;--yes:#177f49;--no:#b5493a;--good:#6fd39b}}
        *{box-sizing:border-box}body{margin:0;background:var(--page);color:var(--ink);font:16px/1.45 system-ui,sans-serif}
        header,main{max-width:1080px;margin:0 auto;padding:16px}header{padding-bottom:0}
        h1{font-size:1.4rem;margin:0}h2{font-size:1rem;margin:0 0 8px;color:var(--soft);font-weight:600}p{margin:0}
        main div{display:grid;gap:24px;align-content:start;grid-template-columns:minmax(0,1fr)}
        main{display:grid;grid-template-columns:minmax(0,1fr);gap:24px}
        @media (min-width:760px){main{grid-template-columns:minmax(0,1fr) minmax(0,1fr)}}
        article{background:var(--card);border:1px solid var(--edge);border-radius:10px;padding:12px 14px;margin-bottom:8px}
        .line{display:grid;grid-template-columns:minmax(0,1fr) auto;gap:0 12px}.line .sum,.line .state{text-align:right}
        .who{font-weight:600}.sum{font-variant-numeric:tabular-nums;white-space:nowrap}.prompt .sum{font-size:1.7rem;font-weight:700}
        .small{color:var(--soft);font-size:.85rem;overflow-wrap:anywhere}
        .state{font-size:.85rem;color:var(--soft);white-space:nowrap}.good{color:var(--good)}
        .none{color:var(--soft)}.balances{display:flex;flex-wrap:wrap;gap:4px 20px;margin-bottom:8px;font-variant-numeric:tabular-nums}
        form{display:flex;flex-wrap:wrap;gap:8px;align-items:end;margin:10px 0 6px}
        label{display:flex;flex-direction:column;font-size:.85rem;color:var(--soft);gap:2px}
        input,select,button{font:inherit;min-height:44px;border-radius:8px;border:1px solid var(--edge);padding:0 12px}
        input,select{background:var(--page);color:var(--ink);width:100%}.prompt label{flex:1 1 7rem}.pay label{flex:1 1 9rem}
        button{border:0;color:#fff;font-weight:600;cursor:pointer}.yes{background:var(--yes)}.no{background:var(--no)}
        :focus-visible{outline:3px solid #3b82c4;outline-offset:2px}
        </style></head><body>
        """;

    /// <summary>Looks again every two seconds, but not while somebody is typing.</summary>
    const string Foot = """
        <script>
        setInterval(()=>{const a=[...document.querySelectorAll('input')];if(!a.some(i=>i.value||i===document.activeElement))location.reload()},2000)
        </script></body></html>
        """;
}
