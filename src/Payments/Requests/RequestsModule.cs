using Hazina.Platform;
using Hazina.Platform.Events;
using Hazina.Platform.Jobs;
using Hazina.Platform.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Hazina.Payments.Requests;

/// <summary>Requests for money.</summary>
static class RequestsModule
{
    public static void AddRequests(this IServiceCollection services)
    {
        services.AddOptions<RequestOptions>().BindConfiguration("Payments:Requests");
        services.AddSingleton<RequestDesk>();
        services.AddJob("payments.expire_requests", TimeSpan.FromMinutes(1), (s, stop) => s.GetRequiredService<RequestDesk>().Expire(stop));
        services.AddEvents(RequestEvents.All);
        services.AddRefusals(RequestRefusals.All);
    }

    public static void MapRequests(this IEndpointRouteBuilder routes)
    {
        var own = routes.MapGroup("/v1").WithTags("Payment requests").RequirePermission(PaymentsPermissions.Own);
        CreateRequest.Map(own);
        GetRequest.Map(own);
        ListRequests.Map(own);
        PayRequest.Map(own);
        EndRequest.Map(own);
        BlockAsker.Map(own);
    }
}
