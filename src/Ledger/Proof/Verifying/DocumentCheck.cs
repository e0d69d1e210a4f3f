using System.Text.Json;
using Npgsql;

namespace Hazina.Ledger.Proof.Verifying;

/// <summary>The document beside the hashed content of some details says the same.</summary>
sealed class DocumentCheck(NpgsqlConnection connection, Findings findings)
{
    /// <param name="slice">The slice.</param>
    /// <param name="isProved">Whether its content is what was hashed: then PostgreSQL can be trusted to read it.</param>
    public void Check(SliceContents slice, bool isProved)
    {
        if (slice.Details.Count == 0)
            return;
        var rows = isProved ? Ask(slice) : Compare(slice);
        foreach (var row in rows)
        {
            findings.Add(
                FindingKind.Journal,
                SliceReader.BatchOf(slice.Slice, row),
                row,
                $"The details of row {row} have a document that says other things than their content."
            );
        }
    }

    List<long> Ask(SliceContents slice)
    {
        var rows = new List<long>();
        using var command = Command(DifferentDocumentsSql, slice);
        using var reader = command.ExecuteReader();
        while (reader.Read())
            rows.Add(reader.GetInt64(0));
        return rows;
    }

    List<long> Compare(SliceContents slice)
    {
        var rows = new List<long>();
        using var command = Command(DocumentsSql, slice);
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            try
            {
                using var content = JsonDocument.Parse(reader.GetFieldValue<byte[]>(1));
                using var document = JsonDocument.Parse(reader.GetString(2));
                if (!JsonElement.DeepEquals(content.RootElement, document.RootElement))
                    rows.Add(reader.GetInt64(0));
            }
            catch (JsonException)
            {
                rows.Add(reader.GetInt64(0));
            }
        }

        return rows;
    }

    NpgsqlCommand Command(string sql, SliceContents slice) =>
        new(sql, connection)
        {
            CommandTimeout = 0,
            Parameters =
            {
                new() { Value = slice.Slice.FirstRow },
                new() { Value = slice.Slice.LastRow },
            },
        };

    const string DifferentDocumentsSql = """
        select seq from ledger.transaction_details
        where seq between $1 and $2 and convert_from(content, 'UTF8')::jsonb is distinct from document
        order by seq
        """;

    const string DocumentsSql =
        "select seq, content, document::text from ledger.transaction_details where seq between $1 and $2 order by seq";
}
