using Hazina.Platform.Jobs;
using Hazina.Platform.Security;
using Microsoft.Extensions.DependencyInjection;

namespace Hazina.Platform.Files;

public static class FilesExtensions
{
    /// <summary>Says what a module keeps files for, so that those that it does not use are found.</summary>
    public static IServiceCollection AddFilePurpose(this IServiceCollection services, FilePurpose purpose) =>
        services.AddSingleton(purpose);

    internal static void AddFiles(this IServiceCollection services)
    {
        services
            .AddOptions<FilesOptions>()
            .BindConfiguration("Files")
            .Validate(o => o.IsGood, "The settings Files:MostBytes and Files:MostPixels are more than nothing.")
            .ValidateOnStart();
        services.AddSingleton<FileRoom>();
        services.AddSingleton<FileSweeper>();
        services.AddEncryptedColumns(FileRoom.Keys);
        services.AddJob("platform.sweep_files", TimeSpan.FromHours(1), (s, stop) => s.GetRequiredService<FileSweeper>().Sweep(stop));
    }
}
