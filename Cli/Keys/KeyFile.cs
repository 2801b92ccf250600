using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using KvStore.Protocol;

namespace KvStore.Cli.Keys;

/// <summary>What a key's file holds.</summary>
/// <param name="Format">The name of the format, by which another one is told.</param>
/// <param name="PublicKey">The public key, base64url: a signature's <c>keyid</c>.</param>
/// <param name="PrivateSeed">The private key, base64url: the 32 bytes that RFC 8032 calls so.</param>
internal sealed record KeyDocument(string Format, string PublicKey, string PrivateSeed);

/// <summary>The JSON of key files.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, WriteIndented = true)]
[JsonSerializable(typeof(KeyDocument))]
internal sealed partial class KeyJson : JsonSerializerContext;

/// <summary>Files with a client's key. Whoever reads one can write in its owner's name, so that nobody else may.</summary>
internal static class KeyFile
{
    private const string Format = "kv-key-1";
    private const int BytesMax = 4096;
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    /// <summary>Writes a key to a new file that only its owner can read.</summary>
    /// <param name="path">The file.</param>
    /// <param name="seed">The private key.</param>
    /// <param name="overwrite">Whether a file that is there gives way.</param>
    /// <returns>The public key.</returns>
    /// <exception cref="Failure">The file is there, or can't be written.</exception>
    public static PublicKey Write(string path, ReadOnlySpan<byte> seed, bool overwrite)
    {
        using var key = new Ed25519PrivateKey(seed);
        var document = new KeyDocument(Format, SignatureBase.KeyName(key.PublicKey), Base64Url.EncodeToString(seed));
        var json = JsonSerializer.SerializeToUtf8Bytes(document, KeyJson.Default.KeyDocument);

        // Beside its place and then into it, so that whatever goes wrong leaves no half a key, and of two keys one.
        var beside = $"{path}.{Path.GetRandomFileName()}";
        try
        {
            Create(beside, json);
            File.Move(beside, path, overwrite);
            return key.PublicKey;
        }
        catch (IOException) when (!overwrite && File.Exists(path))
        {
            throw new Failure(
                ExitCodes.Error, $"The file '{path}' is there already.", "Name another with -f. With --force its key is lost, and all that only it may do.");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new Failure(ExitCodes.Error, $"The file '{path}' can't be written: {exception.Message}", "Name another with -f.");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(json);
            if (File.Exists(beside)) File.Delete(beside);
        }
    }

    /// <summary>Reads a key, and warns when others can read it too.</summary>
    /// <exception cref="Failure">The file can't be read, or holds no key.</exception>
    public static Ed25519PrivateKey Open(string path, TextWriter warnings)
    {
        var bytes = Read(path);
        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & Others) != UnixFileMode.None)
            warnings.WriteLine($"kv: Others than its owner can read the key in '{path}'.\n    Run 'chmod 600 {path}'.");
        Span<byte> seed = stackalloc byte[Ed25519PrivateKey.SeedLength];
        try
        {
            if (!TryParse(bytes, seed, out var publicKey)) throw NoKey(path);
            var key = new Ed25519PrivateKey(seed);
            if (SignatureBase.KeyName(key.PublicKey) == publicKey) return key;
            key.Dispose();
            throw NoKey(path);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(seed);
            CryptographicOperations.ZeroMemory(bytes);
        }
    }

    private static void Create(string path, byte[] json)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = OwnerOnly;
        using var file = new FileStream(path, options);
        file.Write(json);
        file.WriteByte((byte)'\n');
        file.Flush(flushToDisk: true);
    }

    private static byte[] Read(string path)
    {
        try
        {
            var length = new FileInfo(path).Length;
            return length <= BytesMax ? File.ReadAllBytes(path) : throw NoKey(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new Failure(ExitCodes.Error, $"The key's file '{path}' can't be read: {exception.Message}", $"'kv key new -f {path}' makes one.");
        }
    }

    private static bool TryParse(byte[] bytes, Span<byte> seed, out string publicKey)
    {
        publicKey = "";
        try
        {
            var document = JsonSerializer.Deserialize(bytes, KeyJson.Default.KeyDocument);
            if (document is not { Format: Format, PublicKey: { } name, PrivateSeed: { } secret }) return false;
            publicKey = name;
            return Base64Url.IsValid(secret, out var length) && length == seed.Length && Base64Url.TryDecodeFromChars(secret, seed, out _);
        }
        catch (JsonException)
        {
            return false; // The parser's only way to say that it is not JSON.
        }
    }

    private static Failure NoKey(string path) =>
        new(ExitCodes.Error, $"The file '{path}' is not a key of the format {Format}, or is damaged.", "'kv key new' makes one.");
}
