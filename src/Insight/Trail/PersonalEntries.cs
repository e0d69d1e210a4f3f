using System.Text.Json.Nodes;
using Dapper;
using Hazina.Platform.Postgres;

namespace Hazina.Insight.Trail;

/// <summary>
/// The trail's entries about one person: they are exported whole; of somebody who is erased the addresses and agents go, with the salt by which the chain
/// covers them, and the rest names nobody.
/// </summary>
sealed class PersonalEntries(Database database)
{
    public async Task<JsonObject> Export(Guid person, CancellationToken cancellation)
    {
        await using var connection = await database.Writer("insight").OpenConnectionAsync(cancellation);
        var text = await connection.QuerySingleAsync<string>(
            new CommandDefinition(ExportWriterSql, new { person = person.ToString() }, cancellationToken: cancellation)
        );
        return new JsonObject { ["audit"] = JsonNode.Parse(text) };
    }

    public async Task Erase(Guid person, CancellationToken cancellation)
    {
        await using var connection = await database.Writer("insight").OpenConnectionAsync(cancellation);
        await connection.ExecuteAsync(
            new CommandDefinition(EraseWriterSql, new { person = person.ToString() }, commandTimeout: 0, cancellationToken: cancellation)
        );
    }

    // What others did to somebody is theirs to know as far as that it was done: from where is the others'.
    const string ExportWriterSql = """
        select coalesce(jsonb_agg(to_jsonb(e) order by e.number), '[]')::text
          from (select number, occurred_at, action, target_type, target_id, address, user_agent
                  from insight.audit_entries where actor_id = @person
                union all
                select number, occurred_at, action, target_type, target_id, null, null
                  from insight.audit_entries where target_id = @person and actor_id is distinct from @person) e
        """;

    // Where nobody was signed in yet, the address is theirs whom it was about: whoever tried a password, mostly.
    const string EraseWriterSql = """
        update insight.audit_entries set address = null, user_agent = null, origin_salt = null
         where (actor_id = @person or target_id = @person and actor_type = 'nobody') and origin_salt is not null
        """;
}
