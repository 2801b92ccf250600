using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace KvStore.Silo;

/// <summary>Metrics and traces by OTLP, when the environment names a collector as the specification of OpenTelemetry has it.</summary>
internal static class Telemetry
{
    private const string Endpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";

    private static readonly string[] _meters = ["Microsoft.Orleans", "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "System.Runtime"];
    private static readonly string[] _sources =
        ["Microsoft.Orleans.Application", "Microsoft.Orleans.Runtime", "Microsoft.Orleans.Lifecycle", "Microsoft.Orleans.Storage", "Microsoft.AspNetCore"];

    /// <summary>Begins to export; null when nobody wants it.</summary>
    /// <param name="silo">The silo's name.</param>
    public static IDisposable? Start(string silo)
    {
        if (string.IsNullOrEmpty(Environment.GetEnvironmentVariable(Endpoint))) return null;
        return OpenTelemetrySdk.Create(builder => builder
            .ConfigureResource(resource => resource.AddService("kv-silo", serviceInstanceId: silo))
            .WithMetrics(metrics => metrics.AddMeter(_meters).AddOtlpExporter())
            .WithTracing(tracing => tracing.AddSource(_sources).AddOtlpExporter()));
    }
}
