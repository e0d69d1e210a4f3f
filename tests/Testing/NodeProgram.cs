using Xunit;

namespace Hazina.Testing;

/// <summary>The Node.js of this machine.</summary>
public static class NodeProgram
{
    /// <summary>Where it is; a test that needs one is skipped where there is none.</summary>
    public static string Find()
    {
        var found = (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(':')
            .Select(folder => Path.Combine(folder, "node"))
            .FirstOrDefault(File.Exists);
        Assert.SkipWhen(found is null, "Node.js is not installed (./hazina test installs it when root).");
        return found!;
    }
}
