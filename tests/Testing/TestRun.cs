using Xunit.Sdk;
using Xunit.v3;

namespace Hazina.Testing;

/// <summary>The run of one test project, as its runner sees it begin and end.</summary>
public sealed class TestRun : ITestPipelineStartup
{
    public ValueTask StartAsync(IMessageSink diagnosticMessageSink) => ValueTask.CompletedTask;

    public async ValueTask StopAsync() => await TestPostgres.StopAsync();
}
