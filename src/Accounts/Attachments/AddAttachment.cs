using System.ComponentModel;
using Hazina.Accounts.Holdings;
using Hazina.Platform;
using Hazina.Platform.Files;
using Hazina.Platform.Http;
using Hazina.Platform.Postgres;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Hazina.Accounts.Attachments;

/// <summary><c>POST /v1/accounts/{account}/activity/{entry}/attachments</c></summary>
static class AddAttachment
{
    /// <summary>At one entry.</summary>
    internal const int Most = 10;

    internal const string Purpose = "accounts.attachment";

    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapPost("/accounts/{account}/activity/{entry}/attachments", Post)
            .Idempotent()
            .Accepts<Stream>("*/*")
            .WithSummary("Attach a file to an entry")
            .WithDescription(
                """
                The body is the file itself: PNG, JPEG, WebP, PDF, plain text or CSV, of at most 10 MB, and at most ten an entry. What it is is found in its
                content; `Content-Type` only tells CSV from other texts. It is kept encrypted, and goes with its holder.
                """
            )
            .Produces<AttachmentAnswer>(StatusCodes.Status201Created);

    static async Task<IResult> Post(
        Guid account,
        Guid entry,
        [Description("As it is called, such as receipt.pdf; at most 255 characters.")] string? name,
        HttpContext context,
        AccountDesk desk,
        FileRoom files,
        Database database,
        TimeProvider time
    )
    {
        if (context.Request.HasJsonContentType() || context.Request.HasFormContentType)
            return PlatformRefusals.UnsupportedMediaType.Because("The body is the file itself, neither JSON nor a form.");
        var check = new Validation();
        check.OptionalText(name, "name", 255, min: 1);
        check.That(
            name is null || !name.Any(c => char.IsControl(c) || c is '/' or '\\'),
            "name",
            "wrong_format",
            "must be a name without slashes and control characters"
        );
        if (check.Failed(out var invalid))
            return invalid;
        var (stop, id) = (context.RequestAborted, IdempotencyKey.Of(context).Id);
        var access = await desk.Access(context);
        var at = new At(account, entry, access.Book, id);
        // Nothing is kept for whom it is refused anyway.
        Place? place;
        await using (var own = await access.OpenToMove(database, stop))
            place = (await own.Query<Place>(FindSql, at)).SingleOrDefault();
        if ((place?.Refusal(entry)) is { } no)
            return no;
        if (place is null)
            return NoSuch(entry);
        var (file, refusal) = await files.Keep(
            new NewFile(id, Purpose, place.OwnerType, place.OwnerId, context.Request.ContentType),
            context.Request.Body,
            stop
        );
        if (file is null)
            return refusal!;

        var (row, late) = await Attach(access, at, file, name, Caller.Of(context).Id, time.GetUtcNow(), database, stop);
        if (row is null)
        {
            await files.Delete([id], stop);
            return late!;
        }

        await files.Claim(id, stop);
        return Results.Created($"/v1/accounts/{account}/activity/{entry}/attachments/{id}", row.Answer());
    }

    /// <summary>The entry is held meanwhile, so that of many at once not one is too many.</summary>
    static async Task<(AttachmentRow? Row, Refusal? Refusal)> Attach(
        Access access,
        At at,
        StoredFile file,
        string? name,
        Guid by,
        DateTimeOffset now,
        Database database,
        CancellationToken stop
    )
    {
        await using var own = await access.OpenToMove(database, stop);
        var isThere = (await own.Query<Place>(HoldSql, at)).Count > 0;
        if (!isThere || (await own.Query<Place>(FindSql, at)).SingleOrDefault() is not { } place)
            return (null, NoSuch(at.Entry));
        if (place.Refusal(at.Entry) is { } no)
            return (null, no);
        var row = await own.Single<AttachmentRow>(
            InsertOrFindSql,
            new
            {
                at.Id,
                at.Entry,
                at.Account,
                place.OwnerType,
                place.OwnerId,
                at.Book,
                name = name ?? $"attachment{Ending(file.Type)}",
                file.Type,
                file.Size,
                file.Sha256,
                by,
                now,
            }
        );
        await own.Commit();
        return (row, null);
    }

    static Refusal NoSuch(Guid entry) => Refusals.NoSuchEntry.Because($"The account has no entry {entry}.", "entry");

    internal static string Ending(string type) =>
        type switch
        {
            "image/png" => ".png",
            "image/jpeg" => ".jpg",
            "image/webp" => ".webp",
            "application/pdf" => ".pdf",
            "text/csv" => ".csv",
            _ => ".txt",
        };

    sealed record At(Guid Account, Guid Entry, string Book, Guid Id);

    /// <param name="Others">How many are there beside this one.</param>
    sealed record Place(string OwnerType, Guid OwnerId, int Others)
    {
        public Refusal? Refusal(Guid entry) =>
            Others < Most ? null : Refusals.TooMany.Because($"The entry {entry} has {Most} files, which is the most.", "entry");
    }

    const string FindSql = """
        select a.owner_type, a.owner_id, (select count(*)::int from accounts.attachments t where t.activity_id = a.id and t.id <> @id) as others
          from accounts.activity a
         where a.id = @entry and a.account_id = @account and a.book = @book
        """;

    const string HoldSql = """
        select a.owner_type, a.owner_id, 0 as others from accounts.activity a
         where a.id = @entry and a.account_id = @account and a.book = @book for no key update
        """;

    // A repetition of one that was cut off finds its row.
    const string InsertOrFindSql = $"""
        with made as (
            insert into accounts.attachments as t (id, activity_id, account_id, owner_type, owner_id, book, name, type, size, sha256, added_by, added_at)
            values (@id, @entry, @account, @ownerType, @ownerId, @book, @name, @type, @size, @sha256, @by, @now)
                on conflict (id) do nothing
            returning {AttachmentRow.Columns}
        )
        select {AttachmentRow.Columns} from made t
        union all
        select {AttachmentRow.Columns} from accounts.attachments t where t.id = @id
        """;
}
