using System.Buffers.Binary;
using System.Globalization;
using System.Net;

namespace KvStore.Deploy.Tests;

/// <summary>The functions that templates use.</summary>
/// <param name="scope">The id of where the template is deployed to.</param>
/// <param name="own">The template's own functions, and those that it imports; null for a name that is none.</param>
/// <param name="path">The template's path, for the files that it loads.</param>
/// <param name="environment">The environment's variables.</param>
internal sealed class Functions(string scope, Func<string, IReadOnlyList<object?>, (bool Known, object? Value)> own, string path, Func<string, string?> environment)
{
    private string Subscription => scope.Split('/')[2];

    /// <summary>What a function gives.</summary>
    public object? Call(string name, IReadOnlyList<object?> given, int line)
    {
        if (own(name, given) is (true, var value)) return value;
        return name switch
        {
            "resourceGroup" when given.Count == 0 => Members(("id", scope), ("name", scope.Split('/')[^1])),
            "resourceGroup" when given.Count == 1 => $"/subscriptions/{Subscription}/resourceGroups/{given[0]}",
            "resourceGroup" => $"/subscriptions/{given[0]}/resourceGroups/{given[1]}",
            "subscription" when given.Count == 0 => Members(("id", $"/subscriptions/{Subscription}"), ("subscriptionId", Subscription), ("tenantId", "‹tenant›")),
            "subscription" => $"/subscriptions/{given[0]}",
            "resourceId" => ResourceId(given),
            "subscriptionResourceId" => $"/subscriptions/{Subscription}/providers/{given[0]}/{given[1]}",
            "environment" => "‹environment›",
            "readEnvironmentVariable" => environment((string)given[0]!)
                ?? (given.Count > 1 ? given[1] : throw new TemplateException($"line {line}: there is no {given[0]} in the environment.")),
            "loadTextContent" or "loadFileAsBase64" => Load((string)given[0]!),
            "guid" or "uniqueString" => $"‹{name} {string.Join(", ", given.Select(Text))}›",
            "cidrSubnet" => CidrSubnet((string)given[0]!, (long)given[1]!, (long)given[2]!),
            "cidrHost" => CidrHost((string)given[0]!, (long)given[1]!),
            _ => Plain(name, given, line),
        };
    }

    /// <summary>A value inside a text.</summary>
    public static string Text(object? value) => value switch
    {
        string text => text,
        long number => number.ToString(CultureInfo.InvariantCulture),
        bool flag => flag ? "true" : "false",
        _ => throw new TemplateException($"A {value?.GetType().Name ?? "null"} can't be put into a text."),
    };

    /// <summary>A condition's value.</summary>
    public static bool IsTrue(object? value) => value is bool flag ? flag : throw new TemplateException("A condition is neither true nor false.");

    private static object? Plain(string name, IReadOnlyList<object?> given, int line) => name switch
    {
        "empty" => IsEmpty(given[0], line),
        "length" => given[0] is IReadOnlyList<object?> list ? list.Count : (long)((string)given[0]!).Length,
        "range" => Enumerable.Range((int)(long)given[0]!, (int)(long)given[1]!).Select(static number => (object?)(long)number).ToList(),
        "map" => ((IEnumerable<object?>)given[0]!).Select((Func<object?, object?>)given[1]!).ToList(),
        "filter" => ((IEnumerable<object?>)given[0]!).Where(item => IsTrue(((Func<object?, object?>)given[1]!)(item))).ToList(),
        "concat" => given.SelectMany(static list => (IEnumerable<object?>)list!).ToList(),
        "items" => ((IReadOnlyDictionary<string, object?>)given[0]!).OrderBy(static member => member.Key, StringComparer.Ordinal)
            .Select(static object? (member) => new Dictionary<string, object?> { ["key"] = member.Key, ["value"] = member.Value }).ToList(),
        "join" => string.Join(Text(given[1]), ((IEnumerable<object?>)given[0]!).Select(Text)),
        "replace" => Text(given[0]).Replace(Text(given[1]), Text(given[2]), StringComparison.Ordinal),
        "toLower" => Text(given[0]).ToLowerInvariant(),
        "string" => Text(given[0]),
        "take" => $"‹take {Text(given[0])} {Text(given[1])}›",
        _ => throw new TemplateException($"line {line}: the function {name} is not understood."),
    };

    private static bool IsEmpty(object? value, int line) => value switch
    {
        null or "" => true,
        string => false,
        IReadOnlyDictionary<string, object?> members => members.Count == 0,
        IEnumerable<object?> items => !items.Any(),
        _ => throw new TemplateException($"line {line}: empty() of that is not understood."),
    };

    // Two types have two names after them, and so on; what comes before the type are a subscription and a group.
    private string ResourceId(IReadOnlyList<object?> given)
    {
        var type = given.ToList().FindIndex(static part => part is string text && text.Contains('/', StringComparison.Ordinal));
        var group = type switch
        {
            0 => scope,
            1 => $"/subscriptions/{Subscription}/resourceGroups/{given[0]}",
            _ => $"/subscriptions/{given[0]}/resourceGroups/{given[1]}",
        };
        return Instantiation.IdOf(group, (string)given[type]!, string.Join('/', given.Skip(type + 1).Select(Text)));
    }

    private static Dictionary<string, object?> Members(params (string Name, string Value)[] members) => members.ToDictionary(static each => each.Name, object? (each) => each.Value);

    private string Load(string relative)
    {
        var file = Template.Relative(path, relative);
        return TemplateSet.Exists(file) ? $"‹file {file}›" : throw new TemplateException($"{path} loads {file}, which is not there.");
    }

    private static string CidrSubnet(string of, long bits, long place)
    {
        var network = IPNetwork.Parse(of);
        var first = BinaryPrimitives.ReadUInt32BigEndian(network.BaseAddress.GetAddressBytes()) + ((uint)place << (int)(32 - bits));
        var made = new IPNetwork(Address(first), (int)bits);
        return network.Contains(made.BaseAddress) ? made.ToString() : throw new TemplateException($"{of} has no subnet {place} of {bits} bits.");
    }

    private static string CidrHost(string of, long place) => Address(BinaryPrimitives.ReadUInt32BigEndian(IPNetwork.Parse(of).BaseAddress.GetAddressBytes()) + (uint)place + 1).ToString();

    private static IPAddress Address(uint number)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, number);
        return new IPAddress(bytes);
    }
}
