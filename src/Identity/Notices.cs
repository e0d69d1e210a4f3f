using Dapper;
using Hazina.Identity.Users;
using Hazina.Platform.Messages;
using Hazina.Platform.Postgres;

namespace Hazina.Identity;

/// <summary>
/// Tells somebody what was done in their name, at each address that is known to be theirs: whoever has got hold of one does not keep it from them.
/// </summary>
sealed class Notices(Database database, MessageOutbox messages)
{
    /// <summary>After the commit of what it tells. It has happened, whether or not the caller still listens.</summary>
    public async Task Tell(Guid user, string subject, string text)
    {
        string?[] addresses;
        await using (var connection = await database.Beside("identity").OpenConnectionAsync(CancellationToken.None))
        {
            var row = await connection.QuerySingleOrDefaultAsync<Row>(FindWriterSql, new { user });
            addresses = [row?.Email, row?.Phone];
        }

        foreach (var contact in addresses.OfType<string>().Select(a => Contact.Read(a)!))
            await messages.Put(new Message(contact.Channel, contact.Value, subject, text), CancellationToken.None);
    }

    sealed record Row(string? Email, string? Phone);

    const string FindWriterSql = """
        select case when email_verified_at is not null then email end as email, case when phone_verified_at is not null then phone end as phone
          from identity.users
         where id = @user and deleted_at is null
        """;
}
