using Dapper;
using Hazina.Accounts.Holdings;
using Hazina.Platform.Auditing;
using Hazina.Platform.Postgres;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Hazina.Accounts.Beneficiaries;

/// <summary><c>DELETE /v1/beneficiaries/{beneficiary}</c></summary>
static class RemoveBeneficiary
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapDelete("/beneficiaries/{beneficiary}", Delete)
            .WithSummary("Remove a saved recipient")
            .WithDescription("Saved again, they are new again.")
            .Produces(StatusCodes.Status204NoContent);

    static async Task<IResult> Delete(Guid beneficiary, HttpContext context, AccountDesk desk, Database database, TimeProvider time)
    {
        var access = await desk.Access(context);
        var holders = access.Organizations.Where(o => o.Value).Select(o => o.Key).Append(access.Person ?? Guid.Empty).ToArray();
        await using var connection = await database.Writer("accounts").OpenConnectionAsync(context.RequestAborted);
        await using var act = await connection.BeginTransactionAsync(context.RequestAborted);
        var values = new
        {
            beneficiary,
            access.Book,
            holders,
        };
        if (await connection.ExecuteAsync(RemoveWriterSql, values, act) == 0)
            return BeneficiaryDesk.NoSuchBeneficiary(beneficiary, "beneficiary");
        await Audit.Write(
            act,
            context,
            new AuditEntry("accounts.beneficiary.removed", new AuditTarget("beneficiary", beneficiary), time.GetUtcNow())
        );
        await act.CommitAsync(context.RequestAborted);
        return Results.NoContent();
    }

    const string RemoveWriterSql = """
        delete from accounts.beneficiaries where id = @beneficiary and book = @book and owner_id = any (@holders::uuid[])
        """;
}
