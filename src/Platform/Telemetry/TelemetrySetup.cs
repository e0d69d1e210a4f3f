using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Hazina.Platform.Telemetry;

/// <summary>How log lines look.</summary>
public enum LogFormat : byte
{
    /// <summary>A line for people.</summary>
    Text,

    /// <summary>A JSON object a line, for machines.</summary>
    Json,
}

/// <summary>
/// Logs to the console, always; traces, figures and logs to a collector by OTLP where one is named, in the setting <c>otlp</c> or the
/// customary <c>OTEL_EXPORTER_OTLP_ENDPOINT</c>.
/// </summary>
public static class TelemetrySetup
{
    public static ILoggingBuilder AddConsole(this ILoggingBuilder logging, LogFormat format)
    {
        logging.ClearProviders();
        return format == LogFormat.Json
            ? logging.AddJsonConsole(o =>
            {
                o.UseUtcTimestamp = true;
                o.TimestampFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";
                o.IncludeScopes = true;
                o.JsonWriterOptions = new JsonWriterOptions { Indented = false };
            })
            : logging.AddSimpleConsole(o =>
            {
                o.UseUtcTimestamp = true;
                o.TimestampFormat = "HH:mm:ss ";
                o.SingleLine = true;
                o.ColorBehavior = LoggerColorBehavior.Default;
            });
    }

    /// <param name="services">The application's.</param>
    /// <param name="collector">The collector's address; null: that of the environment, or none at all.</param>
    /// <param name="version">Of the program.</param>
    public static IServiceCollection AddCollector(this IServiceCollection services, Uri? collector, string version)
    {
        if (collector is null && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("OTEL_EXPORTER_OTLP_ENDPOINT")))
            return services;

        var resource = ResourceBuilder
            .CreateDefault()
            .AddService("hazina", serviceVersion: version, serviceInstanceId: Environment.MachineName + "/" + Environment.ProcessId);
        void Export(OtlpExporterOptions o)
        {
            if (collector is not null)
                o.Endpoint = collector;
        }

        services.AddLogging(logging =>
            logging.AddOpenTelemetry(o =>
            {
                o.SetResourceBuilder(resource);
                o.IncludeScopes = true;
                o.AddOtlpExporter(Export);
            })
        );
        return services.AddHostedService(_ => new Collector(
            Sdk.CreateTracerProviderBuilder()
                .SetResourceBuilder(resource)
                .AddSource(Sources.Pattern, "Microsoft.AspNetCore", "Npgsql")
                .AddOtlpExporter(Export)
                .Build(),
            Sdk.CreateMeterProviderBuilder()
                .SetResourceBuilder(resource)
                .AddMeter(
                    Sources.Pattern,
                    "Microsoft.AspNetCore.Hosting",
                    "Microsoft.AspNetCore.Server.Kestrel",
                    "System.Runtime",
                    "Npgsql"
                )
                .AddOtlpExporter(Export)
                .Build()
        ));
    }

    /// <summary>Sends what is left when the process stops.</summary>
    sealed class Collector(TracerProvider traces, MeterProvider figures) : IHostedService, IDisposable
    {
        public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken)
        {
            traces.ForceFlush(2000);
            figures.ForceFlush(2000);
            return Task.CompletedTask;
        }

        public void Dispose()
        {
            traces.Dispose();
            figures.Dispose();
        }
    }
}
