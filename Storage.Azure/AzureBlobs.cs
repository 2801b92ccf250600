using System.Globalization;
using System.Xml.Linq;
using Azure.Core;
using KvStore.Storage.Tables;

namespace KvStore.Storage.Azure;

/// <summary>The append blobs of one replica in an Azure container: those whose names begin with its own. By the Blob service's REST interface.</summary>
public sealed class AzureBlobs : IBlobStore
{
    private readonly StorePipeline _pipeline;
    private readonly string _container;
    private readonly string _prefix;

    /// <summary>Blobs of a container that is there.</summary>
    /// <param name="pipeline">Sends requests to the account.</param>
    /// <param name="service">The account's address for blobs, such as <c>https://account.blob.core.windows.net/</c>.</param>
    /// <param name="container">The container's name.</param>
    /// <param name="replica">What the names of this replica's blobs begin with: letters, digits and hyphens.</param>
    public AzureBlobs(StorePipeline pipeline, Uri service, string container, string replica)
    {
        _pipeline = pipeline;
        _container = $"{service.AbsoluteUri.TrimEnd('/')}/{Uri.EscapeDataString(container)}";
        _prefix = $"{Uri.EscapeDataString(replica)}/";
    }

    /// <inheritdoc/>
    public string Name => $"{_container}/{_prefix.TrimEnd('/')}";

    /// <summary>Makes the container when it is not there. Where infrastructure is made by templates, this is not needed.</summary>
    public void CreateContainer()
    {
        try
        {
            _pipeline.Send(RequestMethod.Put, new Uri($"{_container}?restype=container"), ReadOnlyMemory<byte>.Empty).Dispose();
        }
        catch (StoreRefusedException refused) when (refused.Status == 409)
        {
            // It is there.
        }
    }

    /// <inheritdoc/>
    public void Create(string blob) =>
        _pipeline.Send(RequestMethod.Put, AddressOf(blob), ReadOnlyMemory<byte>.Empty, ("x-ms-blob-type", "AppendBlob"), ("If-None-Match", "*")).Dispose();

    /// <inheritdoc/>
    public void Append(string blob, long at, ReadOnlyMemory<byte> bytes) =>
        _pipeline.Send(
            RequestMethod.Put, AddressOf(blob, "?comp=appendblock"), bytes, ("Content-Type", "application/octet-stream"), ("x-ms-blob-condition-appendpos", at.ToString(CultureInfo.InvariantCulture))).Dispose();

    /// <inheritdoc/>
    public long? LengthOf(string blob)
    {
        try
        {
            using var answer = _pipeline.Send(RequestMethod.Head, AddressOf(blob), null);
            return long.Parse(answer.Header("Content-Length")!, NumberStyles.None, CultureInfo.InvariantCulture);
        }
        catch (StoreRefusedException refused) when (refused.Status == 404)
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public int Read(string blob, long offset, Span<byte> destination)
    {
        try
        {
            var range = string.Create(CultureInfo.InvariantCulture, $"bytes={offset}-{offset + destination.Length - 1}");
            using var answer = _pipeline.Send(RequestMethod.Get, AddressOf(blob), null, ("x-ms-range", range));
            answer.Content.Span.CopyTo(destination);
            return answer.Content.Length;
        }
        catch (StoreRefusedException refused) when (refused.Status == 416)
        {
            return 0; // The place is behind the end.
        }
    }

    /// <inheritdoc/>
    public void Delete(string blob)
    {
        try
        {
            _pipeline.Send(RequestMethod.Delete, AddressOf(blob), null).Dispose();
        }
        catch (StoreRefusedException refused) when (refused.Status == 404)
        {
            // It is gone.
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> List()
    {
        var names = new List<string>();
        var marker = "";
        do
        {
            using var answer = _pipeline.Send(RequestMethod.Get, new Uri($"{_container}?restype=container&comp=list&prefix={Uri.EscapeDataString(_prefix)}{marker}"), null);
            using var content = new MemoryStream(answer.Content.ToArray());
            var page = XDocument.Load(content).Root!;
            names.AddRange(page.Descendants("Blob").Select(blob => blob.Element("Name")!.Value[_prefix.Length..]));
            var next = page.Element("NextMarker")?.Value;
            marker = string.IsNullOrEmpty(next) ? "" : $"&marker={Uri.EscapeDataString(next)}";
        }
        while (marker.Length > 0);
        return names;
    }

    private Uri AddressOf(string blob, string query = "") => new($"{_container}/{_prefix}{Uri.EscapeDataString(blob)}{query}");
}
