using Dapper;
using Hazina.Platform.Files;
using Hazina.Platform.Postgres;
using Microsoft.Extensions.DependencyInjection;

namespace Hazina.Accounts.Attachments;

/// <summary>Tells the platform which of the files that were kept for entries there is an attachment of.</summary>
static class AttachmentUse
{
    public static FilePurpose Purpose { get; } = new(AddAttachment.Purpose, Used);

    static async Task<IReadOnlyCollection<Guid>> Used(IServiceProvider services, IReadOnlyList<Guid> ids, CancellationToken stop)
    {
        await using var connection = await services.GetRequiredService<Database>().Writer("accounts").OpenConnectionAsync(stop);
        return (
            await connection.QueryAsync<Guid>(new CommandDefinition(UsedWriterSql, new { ids = ids.ToArray() }, cancellationToken: stop))
        ).AsList();
    }

    const string UsedWriterSql = "select id from accounts.attachments where id = any (@ids)";
}
