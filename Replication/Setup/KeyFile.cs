using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;
using KvStore.Protocol;

namespace KvStore.Replication.Setup;

/// <summary>What a key is for. A key that serves two ends can be tricked into signing for one what was meant for the other, so each has one.</summary>
public enum KeyRole
{
    /// <summary>Signs requests.</summary>
    Client,

    /// <summary>Is a node: signs what its replicas say.</summary>
    Replica,

    /// <summary>Signs changes of the cluster.</summary>
    Admin,
}

/// <summary>What a key's file holds.</summary>
/// <param name="Format">The name of the format, by which another one is told.</param>
/// <param name="PublicKey">The public key, base64url: a signature's <c>keyid</c>.</param>
/// <param name="PrivateSeed">The private key, base64url: the 32 bytes that RFC 8032 calls so.</param>
/// <param name="Role">What it is for; a file of the first format has none and is a client's.</param>
/// <param name="Dev">Whether it was made for development, by someone who has other keys of the cluster too.</param>
internal sealed record KeyDocument(string Format, string PublicKey, string PrivateSeed, string? Role = null, bool? Dev = null);

/// <summary>A key that was read from its file.</summary>
/// <param name="Key">The key; whoever opened the file disposes of it.</param>
/// <param name="Role">What it is for.</param>
/// <param name="IsDevelopment">Whether it was made for development.</param>
/// <param name="IsOpenToOthers">Whether others than the file's owner can read it.</param>
public sealed record OpenedKey(Ed25519PrivateKey Key, KeyRole Role, bool IsDevelopment, bool IsOpenToOthers);

/// <summary>Files with a private key. Whoever reads one can act in its owner's name, so that nobody else may.</summary>
public static class KeyFile
{
    private const string FirstFormat = "kv-key-1";
    private const string Format = "kv-key-2";
    private const int BytesMax = 4096;
    private const string Advice = "'kv key new' makes one.";

    /// <summary>Writes a key to a file that only its owner can read.</summary>
    /// <param name="path">The file.</param>
    /// <param name="seed">The private key.</param>
    /// <param name="role">What it is for.</param>
    /// <param name="isDevelopment">Whether it is marked as made for development.</param>
    /// <param name="overwrite">Whether a file that is there gives way.</param>
    /// <returns>The public key.</returns>
    /// <exception cref="SetupException">The file is there, or can't be written.</exception>
    public static PublicKey Write(string path, ReadOnlySpan<byte> seed, KeyRole role, bool isDevelopment, bool overwrite)
    {
        using var key = new Ed25519PrivateKey(seed);
        var document = new KeyDocument(Format, SignatureBase.KeyName(key.PublicKey), Base64Url.EncodeToString(seed), NameOf(role), isDevelopment);
        var json = SetupJson.Write(document, SetupJson.Default.KeyDocument);
        try
        {
            SetupFiles.Write(path, json, secret: true, overwrite);
            return key.PublicKey;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(json);
        }
    }

    /// <summary>Copies a key's file to another that only its owner can read.</summary>
    /// <exception cref="SetupException">It can't be read, or the other is there or can't be written.</exception>
    public static void Copy(string path, string copy)
    {
        var bytes = SetupFiles.Read(path, BytesMax, Advice);
        SetupFiles.Write(copy, bytes, secret: true, overwrite: false);
        CryptographicOperations.ZeroMemory(bytes);
    }

    /// <summary>Reads a key.</summary>
    /// <exception cref="SetupException">The file can't be read, or holds no key.</exception>
    public static OpenedKey Open(string path) => Open(path, static (_, opened) => opened);

    /// <summary>Reads a key into another library as well, which takes the seed as RFC 8032 has it and must not keep the memory.</summary>
    /// <param name="path">The file.</param>
    /// <param name="import">Takes the seed; the key is disposed of when this returns.</param>
    /// <exception cref="SetupException">The file can't be read, or holds no key.</exception>
    public static T Import<T>(string path, Func<ReadOnlySpan<byte>, T> import) => Open(path, (seed, opened) =>
    {
        using var key = opened.Key;
        return import(seed);
    });

    private static T Open<T>(string path, Func<ReadOnlySpan<byte>, OpenedKey, T> take)
    {
        var bytes = SetupFiles.Read(path, BytesMax, $"'kv key new -f {path}' makes one.");
        Span<byte> seed = stackalloc byte[Ed25519PrivateKey.SeedLength];
        try
        {
            var document = SetupJson.Read(bytes, SetupJson.Default.KeyDocument, $"The file '{path}'", "a key", Advice);
            if (!TryRole(document, out var role) || !StrictBase64Url.TryDecode(document.PrivateSeed, seed)) throw NoKey(path);
            var key = new Ed25519PrivateKey(seed);
            if (SignatureBase.KeyName(key.PublicKey) == document.PublicKey) return take(seed, new OpenedKey(key, role, document.Dev ?? false, SetupFiles.IsOpenToOthers(path)));
            key.Dispose();
            throw NoKey(path);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(seed);
            CryptographicOperations.ZeroMemory(bytes);
        }
    }

    /// <summary>Reads a key that must have a certain role.</summary>
    /// <exception cref="SetupException">The file can't be read, or holds none of that role.</exception>
    public static OpenedKey Open(string path, KeyRole role)
    {
        var opened = Open(path);
        if (opened.Role == role) return opened;
        opened.Key.Dispose();
        throw new SetupException($"The key in '{path}' is that of a {NameOf(opened.Role)}, and one of a {NameOf(role)} is needed.", $"'kv key new --role {NameOf(role)}' makes one.");
    }

    /// <summary>A role as files and command lines have it.</summary>
    public static string NameOf(KeyRole role) => role switch
    {
        KeyRole.Client => "client",
        KeyRole.Replica => "replica",
        KeyRole.Admin => "admin",
        _ => throw new ArgumentOutOfRangeException(nameof(role), role, "An unknown role."),
    };

    /// <summary>The role with this name.</summary>
    public static bool TryRole(string name, out KeyRole role)
    {
        foreach (var each in Enum.GetValues<KeyRole>())
        {
            role = each;
            if (NameOf(each) == name) return true;
        }

        role = default;
        return false;
    }

    private static bool TryRole(KeyDocument document, out KeyRole role)
    {
        role = KeyRole.Client;
        return document switch
        {
            { Format: FirstFormat, Role: null, Dev: null } => true,
            { Format: Format, Role: { } name, Dev: not null } => TryRole(name, out role),
            _ => false,
        };
    }

    private static SetupException NoKey(string path) => new($"The file '{path}' is not a key of the format {Format} or {FirstFormat}, or is damaged.", Advice);
}
