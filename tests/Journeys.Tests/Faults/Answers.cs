using System.Net;
using System.Text.Json;
using Xunit.Sdk;

namespace Hazina.Journeys.Tests.Faults;

/// <summary>Reads what an answer says of each posting that was asked for.</summary>
static class Answers
{
    /// <returns>One for each wish; null where the answer is "not now", which is none.</returns>
    public static async Task<IReadOnlyList<Told>?> ReadAsync(Ask ask, HttpResponseMessage response)
    {
        if (response.StatusCode >= HttpStatusCode.InternalServerError)
            return null;
        var text = await response.Content.ReadAsStringAsync();
        using var document = JsonDocument.Parse(text);
        var answer = document.RootElement;
        if (response.IsSuccessStatusCode)
            return ask.Kind == AskKind.Single ? [Posted(answer)] : Items(answer);

        // What was recorded says in which batch; anything else is a request that should never have been made.
        if (!response.Headers.TryGetValues("Ledger-Batch", out var batch))
            throw new XunitException($"{ask.Path} {ask.Body} was answered {(int)response.StatusCode}: {text}");
        var told = new Told(long.Parse(batch.Single()), Row: null, answer.GetProperty("code").GetString());
        return [.. ask.Wishes.Select(_ => told)];
    }

    /// <summary>Whether an answer is marked as a repetition.</summary>
    public static bool IsReplayed(HttpResponseMessage response) => response.Headers.Contains("Idempotent-Replayed");

    static List<Told>? Items(JsonElement bulk)
    {
        var all = new List<Told>();
        foreach (var item in bulk.GetProperty("data").EnumerateArray())
        {
            switch (item.GetProperty("status").GetString())
            {
                case "posted":
                    all.Add(Posted(item));
                    break;
                case "refused":
                    all.Add(
                        new Told(
                            item.GetProperty("batch").GetInt64(),
                            Row: null,
                            item.GetProperty("problem").GetProperty("code").GetString()
                        )
                    );
                    break;
                default:
                    return null; // a part of it was turned away: it is asked again as a whole
            }
        }

        return all;
    }

    static Told Posted(JsonElement answer) =>
        new(
            answer.GetProperty("batch").GetInt64(),
            answer.TryGetProperty("row", out var row) && row.ValueKind == JsonValueKind.Number ? row.GetInt64() : null,
            Code: null
        );
}
