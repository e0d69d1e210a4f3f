using Dapper;
using Hazina.Identity.Activities;
using Hazina.Identity.Registration;
using Hazina.Identity.Users;
using Hazina.Platform.Http;
using Hazina.Platform.Messages;
using Hazina.Platform.Postgres;
using Npgsql;

namespace Hazina.Identity.Contacts;

/// <summary>Lets changes of addresses take effect, once they are due.</summary>
sealed class ContactMover(Database database, MessageOutbox messages, Remembered remembered, TimeProvider time)
{
    /// <summary>All that are due.</summary>
    public async Task MoveDue(CancellationToken cancellation)
    {
        IEnumerable<Guid> due;
        await using (var connection = await database.Writer("identity").OpenConnectionAsync(cancellation))
        {
            due = await connection.QueryAsync<Guid>(
                new CommandDefinition(DueWriterSql, new { now = time.GetUtcNow() }, cancellationToken: cancellation)
            );
        }

        foreach (var change in due)
        {
            cancellation.ThrowIfCancellationRequested();
            await Move(change);
        }

        await TellDue(cancellation);
    }

    /// <summary>Tells of changes of which it was not told when they were made: a process may have ended in between.</summary>
    async Task TellDue(CancellationToken cancellation)
    {
        IEnumerable<Guid> untold;
        await using (var connection = await database.Writer("identity").OpenConnectionAsync(cancellation))
            untold = await connection.QueryAsync<Guid>(new CommandDefinition(UntoldWriterSql, cancellationToken: cancellation));
        foreach (var change in untold)
        {
            cancellation.ThrowIfCancellationRequested();
            await Tell(change);
        }
    }

    /// <summary>One that is due; null where it was stopped, or moved by another.</summary>
    public async Task<ContactChangeStatus?> Move(Guid change)
    {
        await using var connection = await database.Writer("identity").OpenConnectionAsync(CancellationToken.None);
        Moved? moved;
        try
        {
            moved = await Try(connection, change);
        }
        catch (PostgresException e) when (e.ConstraintName is "users_email_key" or "users_phone_key")
        {
            // Somebody else has shown in the meantime that it is theirs.
            await connection.ExecuteAsync(TakenWriterSql, new { change, now = time.GetUtcNow() });
            return ContactChangeStatus.Taken;
        }

        if (moved is null)
            return null;
        await connection.CloseAsync(); // telling takes connections of its own
        await Tell(change);
        return ContactChangeStatus.Done;
    }

    /// <summary>Once or, where a process ends in between, twice; never not at all.</summary>
    async Task Tell(Guid change)
    {
        Untold? untold;
        await using (var connection = await database.Writer("identity").OpenConnectionAsync(CancellationToken.None))
            untold = await connection.QuerySingleOrDefaultAsync<Untold>(FindUntoldWriterSql, new { change });
        if (untold is null)
            return;
        var noun = ContactMessages.Noun(Words.Read<MessageChannel>(untold.Channel));
        foreach (var contact in untold.ToTell.Select(a => Contact.Read(a)!))
            await messages.Put(
                new Message(
                    contact.Channel,
                    contact.Value,
                    $"Your {noun} was changed",
                    $"Your account has a new {noun}. If it was not you, tell us at once."
                ),
                CancellationToken.None
            );
        await using var again = await database.Writer("identity").OpenConnectionAsync(CancellationToken.None);
        await again.ExecuteAsync(ToldWriterSql, new { change });
    }

    async Task<Moved?> Try(NpgsqlConnection connection, Guid change)
    {
        var now = time.GetUtcNow();
        await using var transaction = await connection.BeginTransactionAsync();
        var moved = await connection.QuerySingleOrDefaultAsync<Moved>(MoveWriterSql, new { change, now }, transaction);
        if (moved is null)
            return null;
        string[] toTell = [.. new[] { moved.Old, moved.Address, moved.Other }.OfType<string>()];
        await connection.ExecuteAsync(ToTellWriterSql, new { change, toTell }, transaction);
        await connection.ExecuteAsync(VerifyRegistration.EndOtherClaimsWriterSql, new { user = moved.UserId }, transaction);
        await connection.ExecuteAsync(EndCodesWriterSql, new { user = moved.UserId }, transaction);
        var channel = Words.Read<MessageChannel>(moved.Channel);
        var told = new ActivityDetails
        {
            After = new { channel },
            Events = [Events.UserContactChanged.About(moved.UserId, now, new(moved.UserId, channel))],
        };
        await ActivityLog.Write(connection, transaction, moved.UserId, ActivityType.ContactChanged, null, now, told);
        await remembered.Changes(moved.UserId);
        await transaction.CommitAsync();
        return moved;
    }

    sealed record Untold(string Channel, string[] ToTell);

    /// <param name="Old">What was there in its place.</param>
    /// <param name="Other">What stays beside it.</param>
    sealed record Moved(Guid UserId, string Channel, string Address, string? Old, string? Other);

    const string DueWriterSql = """
        select c.id
          from identity.contact_changes c
          join identity.users u on u.id = c.user_id and u.deleted_at is null
         where c.status = 'waiting' and c.due_at <= @now
         order by c.due_at, c.id limit 1000
        """;

    const string MoveWriterSql = """
        with change as (
            update identity.contact_changes set status = 'done', ended_at = @now
             where id = @change and status = 'waiting' and due_at <= @now
            returning user_id, channel, address
        ), before as (
            select u.id, u.email, u.phone from identity.users u join change c on c.user_id = u.id where u.deleted_at is null for update of u
        )
        update identity.users u
           set email = case when c.channel = 'email' then c.address else u.email end,
               email_verified_at = case when c.channel = 'email' then @now else u.email_verified_at end,
               phone = case when c.channel = 'sms' then c.address else u.phone end,
               phone_verified_at = case when c.channel = 'sms' then @now else u.phone_verified_at end,
               updated_at = @now
          from change c
          join before b on b.id = c.user_id
         where u.id = b.id
        returning u.id as user_id, c.channel, c.address, case when c.channel = 'email' then b.email else b.phone end as old,
                  case when c.channel = 'email' then b.phone else b.email end as other
        """;

    const string ToTellWriterSql = "update identity.contact_changes set to_tell = @toTell where id = @change";

    const string UntoldWriterSql = "select id from identity.contact_changes where to_tell is not null order by ended_at limit 1000";

    const string FindUntoldWriterSql = "select channel, to_tell from identity.contact_changes where id = @change and to_tell is not null";

    const string ToldWriterSql = "update identity.contact_changes set to_tell = null where id = @change";

    const string TakenWriterSql = """
        update identity.contact_changes set status = 'taken', ended_at = @now where id = @change and status = 'waiting'
        """;

    // A code that went to the address of before is good for nothing any more.
    const string EndCodesWriterSql = """
        update identity.codes set attempts_left = 0 where user_id = @user and purpose = 'password_reset' and used_at is null
        """;
}
