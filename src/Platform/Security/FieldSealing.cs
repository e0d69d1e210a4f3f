using System.Security.Cryptography;
using Dapper;
using Hazina.Platform.Postgres;
using Microsoft.Extensions.DependencyInjection;

namespace Hazina.Platform.Security;

/// <summary>A column that is encrypted at rest: <c>bytea</c>, sealed for <see cref="PlaceOf"/>.</summary>
/// <param name="Module">Whose schema it is in.</param>
/// <param name="Table">Without the schema; its key is a <c>uuid id</c>.</param>
/// <param name="Name">Of the column.</param>
public sealed record EncryptedColumn(string Module, string Table, string Name)
{
    /// <summary>What <see cref="FieldCipher"/> seals a row's field for.</summary>
    public string PlaceOf(Guid id) => $"{Module}.{Table}.{Name} {id}";

    public override string ToString() => $"{Module}.{Table}.{Name}";
}

/// <summary>What came of sealing anew.</summary>
/// <param name="Sealed">Fields that now have the key that encrypts.</param>
/// <param name="Unreadable">Fields that no key here opens, by column.</param>
public sealed record SealingReport(long Sealed, IReadOnlyDictionary<string, long> Unreadable);

public static class EncryptedColumnExtensions
{
    /// <summary>Names a module's encrypted columns, so that they follow when the key changes.</summary>
    public static IServiceCollection AddEncryptedColumns(this IServiceCollection services, params IReadOnlyList<EncryptedColumn> columns)
    {
        foreach (var column in columns)
            services.AddSingleton(column);
        return services;
    }
}

/// <summary>Seals stored fields anew with the key that encrypts, while the servers go on.</summary>
public sealed class FieldSealing(Database database, FieldCipher cipher, IReadOnlyList<EncryptedColumn> columns)
{
    const int RowsAtOnce = 500;

    /// <summary>How many fields each key has sealed, by the key's name.</summary>
    public async Task<IReadOnlyDictionary<string, long>> Count(CancellationToken cancellation)
    {
        var counts = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var column in columns)
        {
            await using var connection = await database.Writer(column.Module).OpenConnectionAsync(cancellation);
            foreach (
                var (name, count) in await connection.QueryAsync<(string, long)>(
                    new CommandDefinition(CountSql(column), commandTimeout: 0, cancellationToken: cancellation)
                )
            )
                counts[name] = counts.GetValueOrDefault(name) + count;
        }

        return counts;
    }

    /// <summary>Goes through every field once. What changes meanwhile is left as whoever changed it sealed it.</summary>
    public async Task<SealingReport> Reseal(CancellationToken cancellation)
    {
        var done = 0L;
        var unreadable = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var column in columns)
        {
            await using var connection = await database.Writer(column.Module).OpenConnectionAsync(cancellation);
            for (var after = Guid.Empty; ; )
            {
                var rows = (
                    await connection.QueryAsync<Row>(
                        new CommandDefinition(PageSql(column), new { after, count = RowsAtOnce }, cancellationToken: cancellation)
                    )
                ).AsList();
                foreach (var row in rows.Where(r => !cipher.IsCurrent(r.Stored)))
                {
                    if (Again(row, column) is not { } fresh)
                        unreadable[column.ToString()] = unreadable.GetValueOrDefault(column.ToString()) + 1;
                    else
                        done += await connection.ExecuteAsync(
                            new CommandDefinition(
                                ReplaceSql(column),
                                new
                                {
                                    row.Id,
                                    row.Stored,
                                    fresh,
                                },
                                cancellationToken: cancellation
                            )
                        );
                }

                if (rows.Count < RowsAtOnce)
                    break;
                after = rows[^1].Id;
            }
        }

        return new SealingReport(done, unreadable);
    }

    byte[]? Again(Row row, EncryptedColumn column)
    {
        try
        {
            return cipher.Seal(cipher.Open(row.Stored, column.PlaceOf(row.Id)), column.PlaceOf(row.Id));
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    sealed record Row(Guid Id, byte[] Stored);

    // The key's name is bytes 2 to 5 of what is stored.
    static string CountSql(EncryptedColumn c) =>
        $"select encode(substring({c.Name} from 2 for 4), 'hex'), count(*) from {c.Module}.{c.Table} where {c.Name} is not null group by 1";

    static string PageSql(EncryptedColumn c) =>
        $"select id, {c.Name} as stored from {c.Module}.{c.Table} where id > @after and {c.Name} is not null order by id limit @count";

    static string ReplaceSql(EncryptedColumn c) =>
        $"update {c.Module}.{c.Table} set {c.Name} = @fresh where id = @id and {c.Name} = @stored";
}
