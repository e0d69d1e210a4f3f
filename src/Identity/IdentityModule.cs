using Hazina.Identity.Activities;
using Hazina.Identity.Administration;
using Hazina.Identity.Codes;
using Hazina.Identity.Contacts;
using Hazina.Identity.Erasure;
using Hazina.Identity.Invitations;
using Hazina.Identity.LinkedLogins;
using Hazina.Identity.Members;
using Hazina.Identity.Organizations;
using Hazina.Identity.Passkeys;
using Hazina.Identity.Passwords;
using Hazina.Identity.Preferences;
using Hazina.Identity.Registration;
using Hazina.Identity.SecondFactors;
using Hazina.Identity.Sessions;
using Hazina.Identity.SigningIn;
using Hazina.Identity.Users;
using Hazina.Platform;
using Hazina.Platform.Auditing;
using Hazina.Platform.Events;
using Hazina.Platform.Jobs;
using Hazina.Platform.Postgres;
using Hazina.Platform.Privacy;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Hazina.Identity;

/// <summary>People as the host sees them.</summary>
public static class IdentityModule
{
    const string Self = "identity.self";

    public static ModuleSchema Schema { get; } = new("Identity", typeof(IdentityModule).Assembly);

    /// <summary>Adds people, their sessions and what keeps them; needs a <see cref="Database"/>.</summary>
    public static IServiceCollection AddIdentity(this IServiceCollection services)
    {
        services
            .AddOptions<IdentityOptions>()
            .BindConfiguration("Identity")
            .Validate(
                o => o.HasGoodPasskeySettings,
                "The setting Identity:PasskeyDomain is no domain such as pay.example.com, or Identity:PasskeyOrigins holds what is no origin such as "
                    + "https://pay.example.com."
            )
            .Validate(
                o => o.HasGoodProviders,
                "A provider in Identity:Providers has a name that is not of letters, digits and dashes, an Issuer that is no https address, no ClientId, a "
                    + "RedirectUri that is no address, or Scopes without openid."
            )
            .ValidateOnStart();
        services.AddSigningIn();
        services.AddCareOfPeople();
        return services.AddPermissions([
            new Permission(Self, "See and change one's own profile, preferences and sessions. For people; a key is nobody.", Role.All),
            .. UserPermissions.All,
            .. OrganizationPermissions.All,
        ]);
    }

    /// <summary>Who somebody is: passwords, factors, logins, sessions.</summary>
    static void AddSigningIn(this IServiceCollection services)
    {
        services.AddSingleton<Pepper>();
        services.AddSingleton<PasswordHasher>();
        services.AddSingleton<CodeDesk>();
        services.AddSingleton<Throttle>();
        services.AddSingleton<RolePermissions>();
        services.AddSingleton(s => new People(
            s.GetRequiredService<Database>(),
            s.GetRequiredService<PasswordHasher>(),
            s.GetRequiredService<Notices>(),
            s.GetRequiredService<Remembered>(),
            s.GetRequiredService<TimeProvider>()
        ));
        services.AddSingleton<Remembered>();
        services.AddSingleton<SessionRing>();
        services.AddSingleton<PasswordChange>();
        services.AddSingleton<SessionStart>();
        services.AddSingleton<FirstStep>();
        services.AddSingleton<Confirmations>();
        services.AddSingleton<SecondFactor>();
        services.AddEncryptedColumns(SecondFactor.Secrets);
        services.AddSingleton<RecoveryCodes>();
        services.AddSingleton(s => new Providers(
            s.GetRequiredService<IOptions<IdentityOptions>>(),
            s.GetRequiredService<TimeProvider>(),
            s.GetRequiredService<ILoggerFactory>()
        ));
        services.AddSingleton<LinkedLoginAttempts>();
        services.AddSingleton<LinkedRegistration>();
        services.AddSingleton<PasskeyChallenges>();
        services.AddSingleton<PasskeyDesk>();
        services.AddSingleton<ICallerSource>(s => s.GetRequiredService<SessionRing>());
        services.AddHostedService(s => s.GetRequiredService<SessionRing>());
    }

    /// <summary>What is told to people and kept of them, and what staff and time do.</summary>
    static void AddCareOfPeople(this IServiceCollection services)
    {
        services.AddSingleton<PersonalRecords>();
        services.AddSingleton<Eraser>();
        services.AddPersonalData(
            new PersonalData(
                "identity",
                (s, user, stop) => s.GetRequiredService<PersonalRecords>().Export(user, stop),
                (s, user, stop) => s.GetRequiredService<PersonalRecords>().Erase(user, stop)
            )
            {
                Blocks = (s, user, stop) => s.GetRequiredService<PersonalRecords>().Blocks(user, stop),
            }
        );
        services.AddJob("identity.erase", TimeSpan.FromMinutes(5), (s, stop) => s.GetRequiredService<Eraser>().EraseDue(stop));
        services.AddSingleton<Notices>();
        services.AddSingleton<ContactMover>();
        services.AddSingleton<Sweeper>();
        services.AddSingleton<Narrowing>();
        services.AddSingleton<OrganizationStanding>();
        services.AddJob("identity.sweep", TimeSpan.FromHours(1), (s, stop) => s.GetRequiredService<Sweeper>().Sweep(stop));
        services.AddJob("identity.move_contacts", TimeSpan.FromMinutes(1), (s, stop) => s.GetRequiredService<ContactMover>().MoveDue(stop));
        services.AddEvents(Events.All).AddOutbox("identity").AddAudit("identity");
        services.AddJob("identity.narrow_keys", TimeSpan.FromMinutes(1), (s, stop) => s.GetRequiredService<Narrowing>().Sweep(stop));
        services.AddJob(
            "identity.hold_keys",
            TimeSpan.FromMinutes(1),
            (s, stop) => s.GetRequiredService<OrganizationStanding>().Sweep(stop)
        );
        services.AddRefusals(Refusals.All);
    }

    /// <summary><c>/v1/auth/…</c>, <c>/v1/me/…</c>, <c>/v1/sessions</c>, <c>/v1/organizations/…</c> and <c>/v1/users/…</c>.</summary>
    public static void MapIdentity(this IEndpointRouteBuilder routes)
    {
        var open = routes.MapGroup("/v1/auth").WithTags("Signing in").AllowAnonymous();
        Register.Map(open);
        VerifyRegistration.Map(open);
        ResendCode.Map(open);
        SignIn.Map(open);
        AskForPasskey.Map(open);
        SignInByPasskey.Map(open);
        AskForSecondPasskey.Map(open);
        FinishSignIn.Map(open);
        ListProviders.Map(open);
        BeginLinkedSignIn.Map(open);
        FinishLinkedSignIn.Map(open);
        ForgotPassword.Map(open);
        ResetPassword.Map(open);

        var people = routes.MapGroup("/v1").RequirePermission(Self).RequirePerson();
        var signedIn = people.MapGroup("/auth").WithTags("Signing in");
        SignOut.Map(signedIn);
        ChangePassword.Map(signedIn);
        AskToConfirm.Map(signedIn);
        Confirm.Map(signedIn);

        var me = people.MapGroup("").WithTags("Me");
        GetMe.Map(me);
        ChangeMe.Map(me);
        GetPreferences.Map(me);
        ChangePreferences.Map(me);
        ListActivity.Map(me);
        ListSessions.Map(me);
        EndSession.Map(me);
        EndOtherSessions.Map(me);
        GetAuthenticator.Map(me);
        ListLinkedLogins.Map(me);
        ListPasskeys.Map(me);
        RenamePasskey.Map(me);
        GetContactChange.Map(me);
        VerifyContactChange.Map(me);
        StopContactChange.Map(me);
        GetErasure.Map(me);
        StopErasure.Map(me);

        var confirmed = me.MapGroup("").RequireConfirmation();
        BeginAuthenticator.Map(confirmed);
        ConfirmAuthenticator.Map(confirmed);
        RemoveAuthenticator.Map(confirmed);
        RenewRecoveryCodes.Map(confirmed);
        BeginLinkedLogin.Map(confirmed);
        AddLinkedLogin.Map(confirmed);
        RemoveLinkedLogin.Map(confirmed);
        BeginPasskey.Map(confirmed);
        AddPasskey.Map(confirmed);
        RemovePasskey.Map(confirmed);
        AskContactChange.Map(confirmed);
        ExportMe.Map(confirmed);
        AskErasure.Map(confirmed);

        MapOrganizations(people.MapGroup("").WithTags("Organisations"));
        MapStaff(routes);
    }

    static void MapOrganizations(IEndpointRouteBuilder routes)
    {
        CreateOrganization.Map(routes);
        ListOrganizations.Map(routes);
        GetOrganization.Map(routes);
        ChangeOrganization.Map(routes);
        ListMembers.Map(routes);
        ListInvitations.Map(routes);
        WithdrawInvitation.Map(routes);
        ListMyInvitations.Map(routes);
        AcceptInvitation.Map(routes);
        DeclineInvitation.Map(routes);

        var confirmed = routes.MapGroup("").RequireConfirmation();
        Invite.Map(confirmed);
        RemoveMember.Map(confirmed);
        ChangeMember.Map(confirmed);
    }

    static void MapStaff(IEndpointRouteBuilder routes)
    {
        RouteGroupBuilder Who(string permission, string tag = "People") =>
            routes.MapGroup("/v1").WithTags(tag).RequirePermission(permission).RequirePerson();

        var organizations = Who(OrganizationPermissions.Suspend, "Organisations").RequireConfirmation();
        SuspendOrganization.Map(organizations);
        ReinstateOrganization.Map(organizations);
        var read = Who(UserPermissions.Read);
        ListUsers.Map(read);
        GetUser.Map(read);
        var suspend = Who(UserPermissions.Suspend).RequireConfirmation();
        SuspendUser.Map(suspend);
        SignOutUser.Map(suspend);
        ReinstateUser.Map(suspend);
        ChangeRoles.Map(Who(UserPermissions.ChangeRoles).RequireConfirmation());
        ChangeKycStatus.Map(Who(UserPermissions.ChangeKycStatus).RequireConfirmation());
    }
}
