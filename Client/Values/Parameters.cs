using System.Collections.Immutable;
using System.Globalization;
using KvStore.Protocol;

namespace KvStore.Client;

/// <summary>Options as they stand in queries and headers. http-api.md section 1.</summary>
internal static class Parameters
{
    /// <summary>A consistency's name.</summary>
    public static string NameOf(Consistency consistency) => consistency switch
    {
        Consistency.Linearizable => "linearizable",
        Consistency.Certified => "certified",
        Consistency.Local => "local",
        _ => throw new ArgumentOutOfRangeException(nameof(consistency), consistency, "An unknown consistency."),
    };

    /// <summary>The query of a read.</summary>
    public static string QueryOf(GetOptions options)
    {
        var consistency = options.Consistency == Consistency.Linearizable ? "" : $"consistency={NameOf(options.Consistency)}";
        if (options.Wait is not { } wait) return consistency.Length == 0 ? "" : "?" + consistency;
        if (wait <= TimeSpan.Zero) throw new ArgumentException("To wait takes a time.", nameof(options));
        var milliseconds = (long)Math.Ceiling(wait.TotalMilliseconds);
        var time = milliseconds % 1000 == 0 ? Text($"{milliseconds / 1000}s") : Text($"{milliseconds}ms");
        return $"?{consistency}{(consistency.Length == 0 ? "" : "&")}wait={time}";
    }

    /// <summary>The query of a put.</summary>
    public static string QueryOf(PutOptions options)
    {
        if (options.TimeToLive is not { } time) return "";
        if (time < TimeSpan.FromSeconds(1) || time.Ticks % TimeSpan.TicksPerSecond != 0)
            throw new ArgumentException("A time to live is a whole number of seconds from 1 on.", nameof(options));
        return Text($"?ttl={time.Ticks / TimeSpan.TicksPerSecond}");
    }

    /// <summary>The headers of an operation, in the order of their signature.</summary>
    public static ImmutableArray<OperationHeaderField> Headers(
        string? contentType = null, ETag? ifMatch = null, string? ifNoneMatch = null, ByteRange? range = null, long? ifLength = null)
    {
        if (contentType is null && ifMatch is null && ifNoneMatch is null && range is null && ifLength is null) return [];
        var fields = ImmutableArray.CreateBuilder<OperationHeaderField>();
        Add(OperationHeader.ContentType, contentType);
        Add(OperationHeader.IfMatch, ifMatch?.ToHeader());
        Add(OperationHeader.IfNoneMatch, ifNoneMatch);
        Add(OperationHeader.Range, range?.ToString());
        Add(OperationHeader.KvIfLength, ifLength?.ToString(CultureInfo.InvariantCulture));
        return fields.DrainToImmutable();

        void Add(OperationHeader header, string? value)
        {
            if (value is not null) fields.Add(new OperationHeaderField(header, value));
        }
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
