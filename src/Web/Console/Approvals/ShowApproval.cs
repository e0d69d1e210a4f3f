using System.Globalization;
using System.Text.Json;
using Hazina.Web.Visits;
using Microsoft.AspNetCore.Http;

namespace Hazina.Web.Console.Approvals;

/// <summary>What exactly is to be done, and the yes or no to it.</summary>
static class ShowApproval
{
    public static Task<IResult> Get(Visit visit) => Show(visit);

    public static async Task<IResult> Show(Visit visit, Problem? problem = null)
    {
        var approval = await visit.Api.GetApprovalAsync(visit.Route("approval"));
        return visit.Show<ApprovalPage>(
            new ApprovalModel(approval, Facts(approval.Details), problem),
            problem?.Status ?? StatusCodes.Status200OK
        );
    }

    /// <summary>Whatever a kind holds, as names and values.</summary>
    static IReadOnlyList<(string Name, string Value)> Facts(JsonElement details) =>
        details.ValueKind == JsonValueKind.Object
            ?
            [
                .. details
                    .EnumerateObject()
                    .Where(p => p.Value.ValueKind != JsonValueKind.Null)
                    .Select(p => (NameOf(p.Name), ValueOf(p.Value))),
            ]
            : [];

    static string NameOf(string name) =>
        Words.ResourceManager.GetString("Fact_" + name, CultureInfo.CurrentUICulture) ?? name.Replace('_', ' ');

    static string ValueOf(JsonElement value) =>
        value.ValueKind switch
        {
            JsonValueKind.True => Words.Yes,
            JsonValueKind.False => Words.No,
            JsonValueKind.Object
                when value.TryGetProperty("amount", out var amount) && value.TryGetProperty("currency", out var currency) =>
                $"{currency} {amount}",
            _ => value.ToString(),
        };
}

/// <param name="Facts">What is to be done, in the kind's own words.</param>
public sealed record ApprovalModel(Approval Approval, IReadOnlyList<(string Name, string Value)> Facts, Problem? Problem);
