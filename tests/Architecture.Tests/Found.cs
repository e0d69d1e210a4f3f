namespace Hazina.Architecture.Tests;

/// <summary>Fails with every place that breaks a rule, not with the first alone.</summary>
static class Found
{
    public static void Nothing(string rule, IEnumerable<string> findings)
    {
        var all = findings.ToList();
        if (all.Count > 0)
            Assert.Fail($"{rule}\n  {string.Join("\n  ", all)}");
    }
}
