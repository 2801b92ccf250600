using System.Text.Json;
using System.Text.Json.Serialization;
using KvStore.Replication.Setup;

namespace KvStore.Cli.Doctor;

/// <summary>How something is.</summary>
internal enum Level
{
    /// <summary>As it should be.</summary>
    [JsonStringEnumMemberName("ok")]
    Ok,

    /// <summary>The node works, and something should be looked at.</summary>
    [JsonStringEnumMemberName("warning")]
    Warning,

    /// <summary>The node does not work, or not safely.</summary>
    [JsonStringEnumMemberName("problem")]
    Problem,
}

/// <summary>Something that the doctor looked at.</summary>
/// <param name="Check">What was looked at, in a word.</param>
/// <param name="Level">How it is.</param>
/// <param name="Text">What was found.</param>
/// <param name="Advice">What to do about it; null when there is nothing to do.</param>
internal sealed record Finding(string Check, Level Level, string Text, string? Advice)
{
    /// <summary>It is as it should be.</summary>
    public static Finding Ok(string check, string text) => new(check, Level.Ok, text, null);

    /// <summary>It should be looked at.</summary>
    public static Finding Warning(string check, string text, string advice) => new(check, Level.Warning, text, advice);

    /// <summary>It is not good.</summary>
    public static Finding Problem(string check, string text, string advice) => new(check, Level.Problem, text, advice);

    /// <summary>It can't be used, for the reason that a node would give.</summary>
    public static Finding Of(string check, SetupException wrong) => Problem(check, wrong.Message, wrong.Next);
}

/// <summary>All that the doctor found, for programs.</summary>
/// <param name="Findings">What was found, in the order in which it was looked at.</param>
/// <param name="Warnings">How many warnings there are.</param>
/// <param name="Problems">How many problems there are.</param>
internal sealed record FindingsJson(IReadOnlyList<Finding> Findings, int Warnings, int Problems);

/// <summary>The JSON of findings.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, UseStringEnumConverter = true)]
[JsonSerializable(typeof(FindingsJson))]
internal sealed partial class DoctorJson : JsonSerializerContext;
