using System.Buffers.Text;
using KvStore.Protocol;

namespace KvStore.Api;

/// <summary>How public keys are written: base64url, as in a signature's <c>keyid</c>. http-api.md section 4.</summary>
internal static class KeyNames
{
    /// <summary>The name of a key.</summary>
    public static string Of(PublicKey key) => Base64Url.EncodeToString(key.ToArray());
}
