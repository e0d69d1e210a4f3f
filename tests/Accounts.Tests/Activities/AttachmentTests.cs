using System.Net;
using System.Security.Cryptography;
using System.Text;
using Dapper;
using Hazina.Accounts.Attachments;
using Microsoft.Extensions.DependencyInjection;

namespace Hazina.Accounts.Tests.Activities;

public sealed class AttachmentTests(AccountsServer server)
{
    static readonly byte[] Receipt = Encoding.UTF8.GetBytes("%PDF-1.7 a receipt");

    [Fact]
    public async Task A_receipt_is_kept_at_its_entry_and_comes_back_as_it_was()
    {
        var asha = await server.Someone();
        var path = await Entry(asha);
        var key = Guid.CreateVersion7().ToString();
        var made = (await asha.Attach(path, Receipt, "application/pdf", "Risiti ya Novemba – café.pdf", key)).Is(HttpStatusCode.Created);
        Assert.Equal(("application/pdf", (long)Receipt.Length), ((string)made["type"]!, (long)made["size"]!));
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(Receipt)), (string)made["sha256"]!);
        // The same again is the same one.
        var again = await asha.Attach(path, Receipt, "application/pdf", "Risiti ya Novemba – café.pdf", key);
        Assert.Equal((true, (Guid)made["id"]!), (again.IsReplayed, (Guid)again.Json["id"]!));
        Assert.Equal((Guid)made["id"]!, (Guid)Assert.Single((await asha.Get(path)).Is(HttpStatusCode.OK)["data"]!.AsArray())!["id"]!);

        using (var got = await asha.Client.GetAsync($"{path}/{made["id"]}"))
        {
            Assert.Equal((HttpStatusCode.OK, "application/pdf"), (got.StatusCode, got.Content.Headers.ContentType?.MediaType));
            Assert.Equal(
                ("attachment", "Risiti ya Novemba – café.pdf"),
                (got.Content.Headers.ContentDisposition?.DispositionType, got.Content.Headers.ContentDisposition?.FileNameStar)
            );
            Assert.Equal("nosniff", got.Headers.GetValues("X-Content-Type-Options").Single());
            Assert.Equal(Receipt.Length, got.Content.Headers.ContentLength);
            Assert.Equal(Receipt, await got.Content.ReadAsByteArrayAsync());
        }

        Assert.Equal(HttpStatusCode.NoContent, (await asha.Delete($"{path}/{made["id"]}")).Status);
        (await asha.Get($"{path}/{made["id"]}")).IsProblem(404, "accounts.no_such_attachment");
        (await asha.Delete($"{path}/{made["id"]}")).IsProblem(404, "accounts.no_such_attachment");
        Assert.Empty((await asha.Get(path)).Is(HttpStatusCode.OK)["data"]!.AsArray());
        await using var owner = await server.Owner();
        Assert.True(
            await owner.QuerySingleAsync<bool>(
                "select deleted_at is not null and key is null from platform.files where id = @id",
                new { id = (Guid)made["id"]! }
            )
        );
    }

    [Fact]
    public async Task What_is_said_of_a_file_is_not_believed()
    {
        var asha = await server.Someone();
        var path = await Entry(asha);
        var program = new byte[] { 0x7f, 0x45, 0x4c, 0x46, 0, 1, 2, 3 };
        (await asha.Attach(path, program, "application/pdf", "bill.pdf")).IsProblem(415, "platform.file_not_taken");
        (await asha.Attach(path, [], "text/plain", "empty.txt")).IsProblem(415, "platform.file_not_taken");
        (await asha.Attach(path, "{}"u8.ToArray(), "application/json", "x.json")).IsProblem(415, "platform.unsupported_media_type");
        (await asha.Attach(path, Receipt, "application/pdf", "../x.pdf")).IsProblem(400, "platform.invalid_request", "name");
        (await asha.Attach(path, Png(10_000, 10_000), "image/png", "bomb.png")).IsProblem(422, "platform.image_too_large");
        var picture = (await asha.Attach(path, Png(600, 800), "text/plain", null)).Is(HttpStatusCode.Created);
        Assert.Equal(("image/png", "attachment.png"), ((string)picture["type"]!, (string)picture["name"]!));
        var page = (await asha.Attach(path, "<script>alert(1)</script>"u8.ToArray(), "text/html", "page.html")).Is(HttpStatusCode.Created);
        Assert.Equal("text/plain", (string)page["type"]!);
        using var got = await asha.Client.GetAsync($"{path}/{page["id"]}");
        Assert.Equal(
            ("text/plain", "attachment"),
            (got.Content.Headers.ContentType?.MediaType, got.Content.Headers.ContentDisposition?.DispositionType)
        );
    }

    [Fact]
    public async Task Ten_are_the_most_at_an_entry_however_many_come_at_once()
    {
        var asha = await server.Someone();
        var path = await Entry(asha);
        var replies = await Task.WhenAll(
            Enumerable.Range(0, 13).Select(i => asha.Attach(path, Encoding.UTF8.GetBytes($"{i}"), "text/plain", $"{i}.txt"))
        );
        Assert.Equal(AddAttachment.Most, replies.Count(r => r.Status == HttpStatusCode.Created));
        foreach (var refused in replies.Where(r => r.Status != HttpStatusCode.Created))
            refused.IsProblem(422, "accounts.too_many");
        Assert.Equal(AddAttachment.Most, (await asha.Get(path)).Is(HttpStatusCode.OK)["data"]!.AsArray().Count);
        await using var owner = await server.Owner();
        Assert.Equal(
            AddAttachment.Most,
            await owner.QuerySingleAsync<int>(
                "select count(*)::int from platform.files where owner_id = @id and deleted_at is null and claimed_at is not null",
                new { asha.Id }
            )
        );
    }

    [Fact]
    public async Task Files_are_the_holders_and_go_with_them()
    {
        var (asha, juma, clerk) = (await server.Someone(), await server.Someone(), await server.Clerk);
        var path = await Entry(asha);
        var id = (Guid)(await asha.Attach(path, Receipt, "application/pdf", "secret.pdf")).Is(HttpStatusCode.Created)["id"]!;
        foreach (var other in (HttpClient[])[juma.Client, clerk.Client])
        {
            (await Customer.Send(other, HttpMethod.Get, path, null)).IsProblem(404, "accounts.no_such_entry");
            (await Customer.Send(other, HttpMethod.Get, $"{path}/{id}", null)).IsProblem(404, "accounts.no_such_attachment");
            (await Customer.Send(other, HttpMethod.Delete, $"{path}/{id}", null)).IsProblem(404, "accounts.no_such_attachment");
        }

        (await juma.Attach(path, Receipt, "application/pdf", "x.pdf")).IsProblem(404, "accounts.no_such_entry");
        // Another entry's path does not lead to it, either.
        var otherPath = await Entry(asha);
        (await asha.Get($"{otherPath}/{id}")).IsProblem(404, "accounts.no_such_attachment");

        var exported = (await asha.Get("/v1/me/export")).Is(HttpStatusCode.OK);
        Assert.Equal("secret.pdf", (string)exported["accounts"]!["attachments"]![0]!["name"]!);
        Assert.Equal(id, (Guid)exported["platform"]!["files"]![0]!["id"]!);
        var services = (await server.App).Services;
        foreach (var held in services.GetServices<Hazina.Platform.Privacy.PersonalData>().Where(d => d.Module is "accounts" or "platform"))
            await held.Erase(services, asha.Id, TestContext.Current.CancellationToken);
        await using var owner = await server.Owner();
        Assert.Equal(
            (0, 1),
            await owner.QuerySingleAsync<(int, int)>(
                """
                select (select count(*)::int from accounts.attachments where owner_id = @id),
                       (select count(*)::int from platform.files where owner_id = @id and key is null)
                """,
                new { asha.Id }
            )
        );
    }

    /// <summary>The path of the files of an entry of an account of theirs.</summary>
    static async Task<string> Entry(Customer holder)
    {
        var account = await holder.Account(10);
        return $"/v1/accounts/{account}/activity/{(await holder.Activity(account))[0]["id"]}/attachments";
    }

    static byte[] Png(int width, int height)
    {
        byte[] head =
        [
            0x89,
            0x50,
            0x4e,
            0x47,
            0x0d,
            0x0a,
            0x1a,
            0x0a,
            0,
            0,
            0,
            13,
            (byte)'I',
            (byte)'H',
            (byte)'D',
            (byte)'R',
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            8,
            6,
            0,
            0,
            0,
        ];
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(head.AsSpan(16), width);
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(head.AsSpan(20), height);
        return head;
    }
}
