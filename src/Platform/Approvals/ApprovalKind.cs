using System.Text.Json;
using Hazina.Platform.Http;
using Hazina.Platform.Jobs;
using Hazina.Platform.Postgres;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Hazina.Platform.Approvals;

/// <summary>Something that two people decide on.</summary>
public abstract class ApprovalKind
{
    private protected ApprovalKind(string name, string description, string permission, TimeSpan patience) =>
        (Name, Description, Permission, Patience) = (name, description, permission, patience);

    /// <summary><c>module.noun.act</c>; never reused for something else.</summary>
    public string Name { get; }

    /// <summary>What is done when it is approved, for who approves it.</summary>
    public string Description { get; }

    /// <summary>What the checker may do; the maker's own right is the asking verb's matter.</summary>
    public string Permission { get; }

    /// <summary>How long it waits for somebody's decision.</summary>
    public TimeSpan Patience { get; }

    internal abstract Task<Refusal?> Carry(IServiceProvider services, ApprovedAct approved, CancellationToken cancellation);
}

/// <inheritdoc cref="ApprovalKind"/>
/// <typeparam name="T">What exactly is to be done, as the maker asked for it.</typeparam>
public sealed class ApprovalKind<T> : ApprovalKind
{
    readonly Func<IServiceProvider, T, ApprovedAct, CancellationToken, Task<Refusal?>> act;

    /// <param name="name">See <see cref="ApprovalKind.Name"/>.</param>
    /// <param name="description">See <see cref="ApprovalKind.Description"/>.</param>
    /// <param name="permission">See <see cref="ApprovalKind.Permission"/>.</param>
    /// <param name="patience">See <see cref="ApprovalKind.Patience"/>.</param>
    /// <param name="act">
    /// Does it. May be called again where it is not known whether it was done: by <see cref="ApprovedAct.Id"/> it is done once. A refusal ends the matter; what
    /// it throws is written down, and it is tried again.
    /// </param>
    public ApprovalKind(
        string name,
        string description,
        string permission,
        TimeSpan patience,
        Func<IServiceProvider, T, ApprovedAct, CancellationToken, Task<Refusal?>> act
    )
        : base(name, description, permission, patience) => this.act = act;

    internal override Task<Refusal?> Carry(IServiceProvider services, ApprovedAct approved, CancellationToken cancellation) =>
        act(services, JsonSerializer.Deserialize<T>(approved.Details, JsonSettings.Options)!, approved, cancellation);
}

/// <summary>What was approved, by whom.</summary>
/// <param name="Id">The approval's id: the act is done once under it.</param>
/// <param name="Book"><c>live</c> or <c>sandbox</c>.</param>
/// <param name="Maker">The person who asked for it.</param>
/// <param name="Checker">Another person, who said yes.</param>
/// <param name="Details">As JSON.</param>
public sealed record ApprovedAct(Guid Id, string Book, Guid Maker, Guid Checker, string Details);

/// <summary>What one module registers.</summary>
sealed record ApprovalList(IReadOnlyList<ApprovalKind> Kinds);

public static class ApprovalExtensions
{
    const string Permission = "platform.approvals",
        GiveUp = "platform.approvals.give_up";

    /// <summary>Has things decided on by two people.</summary>
    public static IServiceCollection AddApprovals(this IServiceCollection services, params IReadOnlyList<ApprovalKind> kinds) =>
        services.AddSingleton(new ApprovalList(kinds));

    internal static void AddApprovalDesk(this IServiceCollection services)
    {
        services.AddSingleton(s => new ApprovalDesk(
            s.GetRequiredService<Database>(),
            s.GetServices<ApprovalList>(),
            s.GetRequiredService<TimeProvider>()
        ));
        services.AddSingleton<ApprovedActs>();
        services.AddPermissions(
            new Permission(
                Permission,
                "See what was asked for and decide on it, each kind by its own permission. For people; a key is nobody.",
                [.. Role.Staff]
            ),
            new Permission(
                GiveUp,
                "Give up what was approved and fails each time. For people; a key is nobody.",
                Role.Operations,
                Role.Admin
            )
        );
        services.AddJob(
            "platform.carry_out_approvals",
            TimeSpan.FromSeconds(30),
            (s, stop) => s.GetRequiredService<ApprovedActs>().CarryDue(stop)
        );
    }

    /// <summary><c>/v1/approvals</c></summary>
    internal static void MapApprovals(this IEndpointRouteBuilder routes)
    {
        var approvals = routes.MapGroup("/v1").WithTags("Approvals").RequirePermission(Permission).RequirePerson();
        ListApprovals.Map(approvals);
        DecideApproval.Map(approvals);
        GiveUpApproval.Map(routes.MapGroup("/v1").WithTags("Approvals").RequirePermission(GiveUp).RequirePerson().RequireConfirmation());
    }
}
