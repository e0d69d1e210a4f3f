using Dapper;
using Hazina.Platform.Postgres;

namespace Hazina.Platform.Files;

/// <summary>Takes away what was cut off: contents that were never finished, files that no module uses, and rows of what was deleted long ago.</summary>
sealed class FileSweeper(Database database, FileRoom room, IEnumerable<FilePurpose> purposes, IServiceProvider services, TimeProvider time)
{
    static readonly TimeSpan Unclaimed = TimeSpan.FromHours(1),
        Deleted = TimeSpan.FromDays(30);

    const int AtOnce = 500;

    public async Task Sweep(CancellationToken stop)
    {
        var now = time.GetUtcNow();
        room.RemoveUnfinished(now - Unclaimed);
        await using var connection = await database.Writer("platform").OpenConnectionAsync(stop);
        foreach (var purpose in purposes)
        {
            for (var after = Guid.Empty; ; )
            {
                var ids = (
                    await connection.QueryAsync<Guid>(
                        new CommandDefinition(
                            UnclaimedWriterSql,
                            new
                            {
                                purpose = purpose.Name,
                                after,
                                before = now - Unclaimed,
                                count = AtOnce,
                            },
                            cancellationToken: stop
                        )
                    )
                ).AsList();
                if (ids.Count == 0)
                    break;
                var used = await purpose.Used(services, ids, stop);
                await connection.ExecuteAsync(
                    new CommandDefinition(FileRoom.ClaimWriterSql, new { ids = used.ToArray(), now }, cancellationToken: stop)
                );
                await room.Delete([.. ids.Except(used)], stop);
                after = ids[^1];
            }
        }

        // The content has gone with the key; should that have been cut off, it goes now.
        var old = await connection.QueryAsync<Guid>(
            new CommandDefinition(OldWriterSql, new { before = now - Deleted, count = 10 * AtOnce }, cancellationToken: stop)
        );
        room.Remove(old);
        await connection.ExecuteAsync(new CommandDefinition(ForgetWriterSql, new { ids = old.ToArray() }, cancellationToken: stop));
    }

    const string UnclaimedWriterSql = """
        select id from platform.files
         where claimed_at is null and deleted_at is null and purpose = @purpose and created_at < @before and id > @after
         order by id limit @count
        """;

    const string OldWriterSql = "select id from platform.files where deleted_at < @before order by deleted_at limit @count";

    const string ForgetWriterSql = "delete from platform.files where id = any (@ids) and deleted_at is not null";
}
