using System.Security.Cryptography;
using System.Text.Json;
using KvStore.Protocol;

namespace KvStore.Replication.Setup;

/// <summary>Makes the directory of a node.</summary>
public static class NodeDirectory
{
    /// <summary>The key's name in it.</summary>
    public const string KeyName = "node.key";

    /// <summary>The genesis's name in it.</summary>
    public const string GenesisName = "genesis.json";

    /// <summary>Makes a directory that a node can be started from. Nothing of a node that is there is replaced.</summary>
    /// <param name="directory">The directory; made when it is not there.</param>
    /// <param name="keyPath">The file with the node's private key, which is copied.</param>
    /// <param name="document">The genesis.</param>
    /// <param name="isFirst">Whether the key has never been in use, so that the node may start for the first time.</param>
    /// <exception cref="SetupException">The key is no member's, or something is there already.</exception>
    public static void Create(string directory, string keyPath, GenesisDocument document, bool isFirst)
    {
        using var key = KeyFile.Open(keyPath, KeyRole.Replica).Key;
        document.RequireAllSignatures();
        _ = document.IndexOf(key.PublicKey);
        RequireEmpty(directory);
        KeyFile.Copy(keyPath, Path.Combine(directory, KeyName));
        document.Write(Path.Combine(directory, GenesisName), overwrite: false);
        if (isFirst) new StartMarks(directory, Path.Combine(directory, NodeSetting.Data.Default), document.Genesis.Cluster, key.PublicKey).Grant();
        SetupFiles.Write(Path.Combine(directory, NodeConfig.FileName), Settings(), secret: false, overwrite: false);
    }

    /// <summary>Makes a directory, which must not be there or be empty.</summary>
    /// <exception cref="SetupException">There is something in it, or it can't be made.</exception>
    public static void RequireEmpty(string directory)
    {
        try
        {
            Directory.CreateDirectory(directory);
            if (!Directory.EnumerateFileSystemEntries(directory).Any()) return;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new SetupException($"The directory '{directory}' can't be made: {exception.Message}", "Name another.");
        }

        throw new SetupException($"The directory '{directory}' is not empty.", "Name another: what is there may be a node's key and data.");
    }

    /// <summary>A new private key.</summary>
    public static byte[] NewSeed() => RandomNumberGenerator.GetBytes(Ed25519PrivateKey.SeedLength);

    // The usual values, spelled out where who runs the node may want others.
    private static byte[] Settings()
    {
        var settings = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var setting in (NodeSetting[])[NodeSetting.Key, NodeSetting.Genesis, NodeSetting.Data, NodeSetting.Durability])
            settings.Add(setting.Name, JsonElement.Parse($"\"{setting.Default}\""));
        return SetupJson.Write(settings, SetupJson.Default.DictionaryStringJsonElement);
    }
}
