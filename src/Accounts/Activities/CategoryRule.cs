using System.ComponentModel;

namespace Hazina.Accounts.Activities;

[Description("What falls into a category by its words.")]
sealed record CategoryRule(
    Guid Id,
    [property: Description("In lower case; looked for in description, counterparty and reference.")] string Contains,
    string Category,
    DateTimeOffset CreatedAt
)
{
    [Description("Always category_rule.")]
    public string Object => "category_rule";
}
