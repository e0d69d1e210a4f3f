using Dapper;
using Hazina.Platform.ApiCalls;
using Hazina.Platform.Approvals;
using Hazina.Platform.Auditing;
using Hazina.Platform.Caching;
using Hazina.Platform.Counting;
using Hazina.Platform.Events;
using Hazina.Platform.Files;
using Hazina.Platform.Http;
using Hazina.Platform.Jobs;
using Hazina.Platform.Keys;
using Hazina.Platform.Messages;
using Hazina.Platform.Postgres;
using Hazina.Platform.Privacy;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Hazina.Platform;

/// <summary>What every module stands on. It is also the shape of a module: a schema, what it adds to the process, what it maps.</summary>
public static class PlatformModule
{
    public static ModuleSchema Schema { get; } = new("Platform", typeof(PlatformModule).Assembly);

    /// <summary>Needs a <see cref="Database"/> among the services.</summary>
    public static IServiceCollection AddPlatform(this IServiceCollection services)
    {
        services.AddSingleton(TimeProvider.System);
        services.ConfigureHttpJsonOptions(o => JsonSettings.Apply(o.SerializerOptions));
        services.Configure<RouteHandlerOptions>(o => o.ThrowOnBadRequest = true);
        services.AddSingleton<RefusalCatalogue>();
        services.AddRefusals(PlatformRefusals.All);
        services.AddOrigins();
        services.AddPermissions(KeyRules.Permissions);

        services.AddOptions<RateLimitOptions>().BindConfiguration("RateLimits");
        services.AddSingleton<ICounters>(s =>
            s.GetRequiredService<IConfiguration>()["redis"] is { Length: > 0 } redis
                ? new RedisCounters(redis, s.GetRequiredService<TimeProvider>(), s.GetRequiredService<ILogger<RedisCounters>>())
                : new MemoryCounters(s.GetRequiredService<TimeProvider>())
        );
        services.AddCache();
        services.AddSingleton<ApiKeys>();
        services.AddSingleton<FailedAttempts>();
        services.AddSingleton<KeyRing>();
        services.AddSingleton<ICallerSource>(s => s.GetRequiredService<KeyRing>());
        services.AddHostedService(s => s.GetRequiredService<KeyRing>());
        services
            .AddOptions<IdempotencyOptions>()
            .BindConfiguration("Idempotency")
            .Validate(o => o.Hold >= TimeSpan.FromSeconds(1), "The setting Idempotency:Hold is shorter than a second.")
            .ValidateOnStart();
        services.AddSingleton<IdempotencyStore>();
        services.AddHostedService(s => s.GetRequiredService<IdempotencyStore>());

        services.AddMessages();

        services.AddSingleton<JobTable>();
        services.AddJob(
            "platform.sweep_idempotency_keys",
            TimeSpan.FromHours(1),
            (s, stop) => s.GetRequiredService<IdempotencyStore>().Sweep(stop)
        );

        services.AddApprovalDesk();
        services.AddFiles();
        services.AddSingleton<OwnTraces>();
        services.AddPersonalData(
            new PersonalData(
                "platform",
                (s, person, stop) => s.GetRequiredService<OwnTraces>().Export(person, stop),
                (s, person, stop) => s.GetRequiredService<OwnTraces>().Erase(person, stop)
            )
        );
        services.AddEventLog();
        services.AddApiLog();
        return services.AddReadiness(
            "database",
            async (s, stop) =>
            {
                await using var connection = await s.GetRequiredService<Database>().Writer("platform").OpenConnectionAsync(stop);
                await connection.ExecuteScalarAsync(new CommandDefinition(PingWriterSql, commandTimeout: 3, cancellationToken: stop));
                return null;
            }
        );
    }

    static void AddMessages(this IServiceCollection services)
    {
        services.AddSingleton<MessageOutbox>();
        services.AddSingleton<MessageClaims>();
        services
            .AddOptions<SmtpOptions>()
            .BindConfiguration("Smtp")
            .Validate(o => o.IsWhole, "The setting Smtp:From is not set, or is no e-mail address: whom are e-mails from?")
            .ValidateOnStart();
        services.AddHostedService<MailSender>();
        services
            .AddOptions<SmsOptions>()
            .BindConfiguration("Sms")
            .Validate(
                o => o.IsWhole,
                "The setting Sms:Url is neither an https address nor one of http on this machine, Sms:ApiKey is not set, or Sms:Timeout is nothing."
            )
            .ValidateOnStart();
        services.AddHostedService<SmsSender>();
        services.AddJob("platform.sweep_messages", TimeSpan.FromHours(1), (s, stop) => s.GetRequiredService<MessageOutbox>().Sweep(stop));
    }

    /// <summary>What is kept for a while in this process, or in Redis where the settings name one; for commands that change what is kept.</summary>
    public static IServiceCollection AddCache(this IServiceCollection services)
    {
        services.AddSingleton<FieldCipher>();
        services.AddSingleton<ICacheStore>(s =>
            s.GetRequiredService<IConfiguration>()["redis"] is { Length: > 0 } redis
                ? new RedisCacheStore(
                    redis,
                    s.GetRequiredService<FieldCipher>(),
                    s.GetRequiredService<TimeProvider>(),
                    s.GetRequiredService<ILogger<RedisCacheStore>>()
                )
                : new MemoryCacheStore(s.GetRequiredService<TimeProvider>())
        );
        return services.AddSingleton(s => new Cache(s.GetRequiredService<ICacheStore>()));
    }

    /// <summary>What a request passes on its way in, outermost first.</summary>
    public static IApplicationBuilder UsePlatform(this IApplicationBuilder app) =>
        app.UseMiddleware<RequestIds>()
            .UseMiddleware<ApiLog>()
            .UseMiddleware<SecurityHeaders>()
            .UseMiddleware<Problems>()
            .UseRouting()
            .UseOrigins()
            .UseMiddleware<KeyGate>()
            .UseMiddleware<RateGate>()
            .Use(KeyGate.Door)
            .UseMiddleware<QueryGate>()
            .UseMiddleware<BodyGate>()
            .UseMiddleware<Idempotency>();

    static void AddEventLog(this IServiceCollection services)
    {
        services.AddSingleton(s => new EventCatalogue(s.GetServices<EventList>()));
        services.AddSingleton<EventLog>();
        services.AddSingleton<ListenerTable>();
        services.AddSingleton<ParkedEvents>();
        services
            .AddOptions<EventOptions>()
            .BindConfiguration("Events")
            .Validate(o => o.IsGood, "The setting Events:KeepDays is less than 90; 0 stands for ever.")
            .ValidateOnStart();
        services.AddSingleton<OldEvents>();
        services.AddJob("platform.sweep_events", TimeSpan.FromHours(6), (s, stop) => s.GetRequiredService<OldEvents>().Sweep(stop));
        services.AddPermissions(DealWithParked.Known);
        services.AddOutbox("platform").AddAudit("platform");
        services.AddSingleton<AuditCopies>();
        services.AddJob("platform.sweep_audit_copies", TimeSpan.FromHours(1), (s, stop) => s.GetRequiredService<AuditCopies>().Sweep(stop));
        services.AddPermissions(new Permission(ListEvents.Permission, "Read the events of the key's book."));
    }

    static void AddApiLog(this IServiceCollection services)
    {
        services.AddOptions<ApiLogOptions>().BindConfiguration("ApiLog");
        services.AddSingleton<ApiLogWriter>();
        services.AddHostedService(s => s.GetRequiredService<ApiLogWriter>());
        services.AddJob("platform.sweep_api_calls", TimeSpan.FromHours(1), (s, stop) => s.GetRequiredService<ApiLogWriter>().Sweep(stop));
        services.AddPermissions(
            new Permission(
                ListApiCalls.Read,
                "See the calls of the API that were made with one's own keys.",
                [Role.Partner, .. Role.Staff]
            ),
            new Permission(ListApiCalls.ReadAll, "See everybody's calls of the API.", [.. Role.Staff]) { OnlyWith = ListApiCalls.Read }
        );
    }

    public static void MapPlatform(this IEndpointRouteBuilder routes)
    {
        routes.ServiceProvider.GetRequiredService<RefusalCatalogue>().Map(routes);
        routes.MapKeys();
        ListEvents.Map(routes);
        DealWithParked.Map(routes);
        ListApiCalls.Map(routes);
        routes.MapApprovals();
    }

    /// <summary>Gives a module's refusals their pages.</summary>
    public static IServiceCollection AddRefusals(this IServiceCollection services, IReadOnlyList<RefusalType> refusals) =>
        services.AddSingleton(new RefusalList(refusals));

    /// <summary>Lets keys be given a module's permissions.</summary>
    public static IServiceCollection AddPermissions(this IServiceCollection services, params IReadOnlyList<Permission> permissions) =>
        services.AddSingleton(new PermissionList(permissions));

    const string PingWriterSql = "select 1";
}
