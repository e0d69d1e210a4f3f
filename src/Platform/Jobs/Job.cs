using Microsoft.Extensions.DependencyInjection;

namespace Hazina.Platform.Jobs;

/// <summary>Work that comes round: at one process at a time, however many there are.</summary>
/// <param name="Name"><c>module.what_it_does</c>; never reused for something else.</param>
/// <param name="Every">From the start of one run to the start of the next. A run that takes longer delays the next one.</param>
/// <param name="Run">
/// The work, with a scope of its own. It may be stopped at any moment and run again from the start, so each step of it must be safe to repeat.
/// </param>
public sealed record Job(string Name, TimeSpan Every, Func<IServiceProvider, CancellationToken, Task> Run);

public static class JobExtensions
{
    /// <summary>Has a job run from now on, by name, in each process that can get its turn.</summary>
    public static IServiceCollection AddJob(
        this IServiceCollection services,
        string name,
        TimeSpan every,
        Func<IServiceProvider, CancellationToken, Task> run
    ) => services.AddSingleton(new Job(name, every, run));

    /// <summary>Runs the jobs. Added after all modules, so that jobs end before what they use does.</summary>
    public static IServiceCollection AddJobRunner(this IServiceCollection services)
    {
        services.AddSingleton<JobRunner>();
        return services.AddHostedService(s => s.GetRequiredService<JobRunner>());
    }
}
