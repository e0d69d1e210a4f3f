namespace Hazina.Ledger.Tests.Api;

/// <summary>Every field with what it cannot be. Texts stand here as JSON, so that all that JSON can say is said.</summary>
public static class BadInput
{
    static readonly string[] NoIds =
    [
        "\"\"",
        "\"abc\"",
        "5",
        "true",
        "[]",
        "{}",
        "\"00000000-0000-0000-0000-000000000000\"",
        "\"0198f0a27c1e7d639a550c7b1f0e2a11\"",
        "\"a\\u0000\"",
        "\"\\ud800\"",
        "\" 0198f0a2-7c1e-7d63-9a55-0c7b1f0e2a11\"",
    ];

    static readonly string[] NoAmounts =
    [
        "null",
        "\"\"",
        "\"0\"",
        "\"0.00\"",
        "\"-1\"",
        "\"-0.01\"",
        "\"-0\"",
        "\"1e5\"",
        "\"1E5\"",
        "\"NaN\"",
        "\"Infinity\"",
        "\"-Infinity\"",
        "\"1,000.00\"",
        "\" 1\"",
        "\"1 \"",
        "\"+1\"",
        "\"01\"",
        "\"1.\"",
        "\".5\"",
        "\"0x10\"",
        "\"१\"",
        "\"123456789012345678901234567890\"",
        "\"100000000000000000000\"",
        "\"1.00001\"",
        "\"0.000000001\"",
        "1250",
        "12.5",
        "1e400",
        "true",
        "{}",
        "[]",
        "\"1\\u0000\"",
        "\"\\udc00\"",
        "\"1.0.0\"",
        "\"--1\"",
    ];

    static readonly string[] NoCurrencies = ["null", "\"\"", "\"kes\"", "\"XXX\"", "\"KESH\"", "5", "{}", "\"KES\\u0000\"", "\"\\ud800\""];

    static readonly string[] NoWords =
    [
        "\"\"",
        "\"Transfer\"",
        "\"a b\"",
        "\"9a\"",
        "\"_a\"",
        "\"é\"",
        "5",
        "{}",
        "[]",
        "\"a\\u0000\"",
        "\"\\ud800\"",
        $"\"{new string('a', 41)}\"",
    ];

    static readonly string[] NoTimes =
    [
        "\"\"",
        "\"soon\"",
        "5",
        "{}",
        "\"2026-01-31\"",
        "\"2026-01-31T09:30:00\"",
        "\"2026-02-30T00:00:00Z\"",
        "\"2026-01-31T09:30:00.1234567Z\"",
    ];

    static readonly string[] NoDates =
    [
        "\"\"",
        "\"yesterday\"",
        "\"2026-02-30\"",
        "\"2026-01-01T00:00:00Z\"",
        "\"1969-12-31\"",
        "\"2200-01-01\"",
        "5",
        "{}",
    ];

    static string[] NoTexts(int max) =>
        ["5", "{}", "[]", "true", "\"a\\u0000\"", "\"\\ud800\"", "\"\\udc00a\"", "\"a\\u0007\"", $"\"{new string('x', max + 1)}\""];

    static readonly string[] NoObjects =
    [
        "5",
        "\"x\"",
        "true",
        "[]",
        "{\"a\":\"\\u0000\"}",
        "{\"a\\u0000\":1}",
        "{\"a\":\"\\ud800\"}",
        "{\"a\":1,\"a\":2}",
        "{\"a\":1e400}",
        $"{{\"a\":{new string('1', 40)}}}",
        $"{{\"a\":\"{new string('x', 17 * 1024)}\"}}",
        string.Concat(Enumerable.Repeat("{\"a\":", 17)) + "1" + new string('}', 17),
    ];

    const string Post = "POST /transactions";

    public static IEnumerable<TheoryDataRow<string, string, string>> Fields()
    {
        return Transactions()
            .Concat(Others())
            .SelectMany(e => e.Values.Select(v => new TheoryDataRow<string, string, string>(e.Request, e.Pointer, v)));
    }

    static List<(string Request, string Pointer, string[] Values)> Transactions()
    {
        return
        [
            (Post, "id", ["null", .. NoIds]),
            (Post, "kind", ["null", .. NoWords]),
            (
                Post,
                "legs",
                [
                    "null",
                    "[]",
                    "{}",
                    "\"x\"",
                    "5",
                    "[null]",
                    "[5]",
                    "[[]]",
                    "[\"x\"]",
                    $"[{string.Join(',', Enumerable.Repeat("{}", 1_001))}]",
                ]
            ),
            (Post, "legs.0.debit", ["null", .. NoIds]),
            (Post, "legs.0.credit", ["null", .. NoIds]),
            (
                Post,
                "legs.0.amount",
                [
                    "null",
                    "\"5\"",
                    "5",
                    "[]",
                    "{}",
                    "{\"amount\":\"1.00\"}",
                    "{\"currency\":\"KES\"}",
                    "{\"amount\":\"1.00\",\"currency\":\"KES\",\"x\":1}",
                ]
            ),
            (Post, "legs.0.amount.amount", NoAmounts),
            (Post, "legs.0.amount.currency", NoCurrencies),
            (Post, "legs.0.reservation", ["\"\"", "\"abc\"", "5", "{}"]),
            (Post, "effective_date", NoDates),
            (Post, "forced", ["\"true\"", "1", "{}", "[]"]),
            (Post, "reference", NoTexts(PostingRules.MaxReference)),
            (Post, "description", NoTexts(PostingRules.MaxDescription)),
            (Post, "metadata", NoObjects),
        ];
    }

    static List<(string Request, string Pointer, string[] Values)> Others() =>
        [
            (
                Post,
                "conditions",
                ["5", "{}", "[null]", $"[{string.Join(',', Enumerable.Repeat("{}", 21))}]", "[{}]", "[{\"type\":\"maybe\"}]"]
            ),
            ("POST steps", "steps", ["[]", "[null]", "[{}]", "[{\"type\":\"jump\"}]", "[{\"type\":1}]"]),
            ("POST steps", "steps.0.id", ["null", .. NoIds]),
            ("POST steps", "steps.0.account", ["null", .. NoIds]),
            ("POST steps", "steps.0.amount.amount", NoAmounts),
            ("POST steps", "steps.0.expires_at", [.. NoTimes, "\"1969-01-01T00:00:00Z\"", "\"2200-01-01T00:00:00Z\""]),
            ("POST steps", "steps.0.debit", ["\"0198f0a2-7c1e-7d63-9a55-0c7b1f0e2a11\""]),
            ("POST steps", "steps.0.reservation", ["\"0198f0a2-7c1e-7d63-9a55-0c7b1f0e2a11\""]),
            ("POST steps", "steps.1.reservation", ["null", .. NoIds]),
            ("POST steps", "steps.1.amount.amount", NoAmounts),
            ("POST steps", "steps.1.expires_at", ["\"2099-01-01T00:00:00Z\""]),
            ("POST conditions", "conditions.0.account", ["null", .. NoIds]),
            (
                "POST conditions",
                "conditions.0.amount",
                ["null", "\"1e5\"", "\"NaN\"", "\"0.000000001\"", "\"123456789012345678901234567890\"", "5", "{}"]
            ),
            ("POST conditions", "conditions.0.tag", ["\"daily\""]),
            ("POST conditions", "conditions.1.tag", ["null", .. NoWords]),
            ("POST conditions", "conditions.1.at_most", ["\"-1\"", "\"1e5\"", "\"NaN\"", "5", "{}", "\"123456789012345678901234567890\""]),
            ("POST conditions", "conditions.1.period_start", ["null", "\"1960-01-01T00:00:00Z\"", .. NoTimes]),
            ("POST conditions", "conditions.1.period_end", ["null", "\"2200-01-01T00:00:00Z\"", "\"2025-12-31T00:00:00Z\"", .. NoTimes]),
            ("POST /accounts", "id", ["null", .. NoIds]),
            ("POST /accounts", "currency", NoCurrencies),
            ("POST /accounts", "class", ["null", "\"\"", "\"Asset\"", "\"wallet\"", "1", "{}"]),
            (
                "POST /accounts",
                "floor",
                ["null", "\"\"", "\"None\"", "\"1e5\"", "\"NaN\"", "\"0.00001\"", "\"123456789012345678901234567890\"", "5", "{}"]
            ),
            ("POST /accounts", "ceiling", ["\"\"", "\"1e5\"", "\"-Infinity\"", "\"0.00001\"", "5", "{}"]),
            ("POST /accounts", "owner", ["\"\"", .. NoTexts(PostingRules.MaxOwner)]),
            ("POST /accounts", "reference", NoTexts(PostingRules.MaxReference)),
            ("PATCH account", "id", ["null", .. NoIds]),
            ("PATCH account", "floor", ["null", "\"\"", "\"1e5\"", "\"0.00001\"", "5", "{}"]),
            ("POST freeze", "id", ["null", .. NoIds]),
            ("POST freeze", "side", ["null", "\"\"", "\"none\"", "\"Debit\"", "3", "{}"]),
            ("POST close", "id", ["null", .. NoIds]),
            ("POST /reservations", "id", ["null", .. NoIds]),
            ("POST /reservations", "account", ["null", .. NoIds]),
            ("POST /reservations", "amount.amount", NoAmounts),
            ("POST /reservations", "amount.currency", NoCurrencies),
            ("POST /reservations", "expires_at", NoTimes),
            ("POST /reservations", "kind", NoWords),
            ("POST /reservations", "metadata", NoObjects),
            ("POST capture", "id", ["null", .. NoIds]),
            ("POST capture", "to", ["null", .. NoIds]),
            ("POST capture", "amount.amount", NoAmounts),
            ("POST release", "id", ["null", .. NoIds]),
            ("POST release", "amount.amount", NoAmounts),
            ("POST reversal", "id", ["null", .. NoIds]),
            ("POST reversal", "effective_date", NoDates),
            ("POST reversal", "metadata", NoObjects),
        ];
}
